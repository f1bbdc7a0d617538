package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/files"
	"tocsin.dev/pkg/client"
)

// reviewTitle is the title of a review that is kept with its incident.
const reviewTitle = "Post-incident review"

func newReview(a *app) *cobra.Command {
	var out string
	var attach bool
	var ask client.Ask
	c := &cobra.Command{
		Use: "review ID", Short: "Write the document for a post-incident review", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `Write the document for a post-incident review as Markdown: what the timeline knows is filled in, and what only
people know is left to be written.

With --out the chart of the levels goes into a file beside the document; else it is part of it.
'tocsin incident attach' keeps the finished document with the incident.`,
		Example: "  tocsin incident review 86cd --out review.md\n  tocsin incident review 86cd --attach",
		RunE: func(c *cobra.Command, ids []string) error {
			if attach {
				return a.attachReview(c.Context(), ids[0], out, ask)
			}
			return a.writeReview(c.Context(), ids[0], out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "write to this `file`, and the chart beside it (default: stdout)")
	c.Flags().BoolVar(&attach, "attach", false, "keep it with the incident as it is now")
	a.by(c, &ask.By)
	return c
}

// writeReview writes the document, and beside a file the chart.
func (a *app) writeReview(ctx context.Context, id, out string) error {
	cl := a.client()
	chart := "inline"
	if out != "" && !a.json {
		chart = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)) + ".svg"
	}
	text, err := cl.Review(ctx, id, chart)
	if err != nil {
		return lost(err)
	}
	if out == "" && !a.json {
		_, err := io.WriteString(a.stdout, text)
		return err
	}
	drawing, err := cl.ReviewChart(ctx, id)
	if err != nil {
		return lost(err)
	}
	if a.json {
		i, err := cl.Incident(ctx, id)
		if err != nil {
			return lost(err)
		}
		return object(a.stdout, map[string]string{"incident": i.ID, "document": text, "chart": drawing})
	}
	picture := filepath.Join(filepath.Dir(out), chart)
	for name, content := range map[string]string{out: text, picture: drawing} {
		if err := files.Replace(name, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
			return unpath(err, name)
		}
	}
	fmt.Fprintf(a.stderr, "the review is in %s, its chart in %s\n", out, picture)
	return nil
}

// attachReview keeps the document as it is now, without its chart where that would make it too long.
func (a *app) attachReview(ctx context.Context, id, out string, ask client.Ask) error {
	cl := a.client()
	text, err := cl.Review(ctx, id, "inline")
	if err == nil && len(text) > maxDocument {
		text, err = cl.Review(ctx, id, "none")
	}
	if err != nil {
		return lost(err)
	}
	if out != "" {
		if err := a.writeReview(ctx, id, out); err != nil {
			return err
		}
	}
	return a.attach(ctx, id, client.Document{Ask: ask, Title: reviewTitle, Text: text})
}

// maxDocument is the longest document that the engine keeps, in bytes.
const maxDocument = 48 << 10

func (a *app) attach(ctx context.Context, id string, d client.Document) error {
	if len(d.Text) > maxDocument {
		return fault{
			err: fmt.Errorf("the document has %d bytes, and an incident keeps documents of %d at most", len(d.Text), maxDocument), code: codeFailed,
			hint: "shorten it, or leave its address with 'tocsin incident note'",
		}
	}
	return a.each(ctx, []string{id}, d.Ask, func(c *client.Client, ctx context.Context, id string, _ client.Ask) (client.Outcome, error) {
		return c.Attach(ctx, id, d)
	})
}

func newAttach(a *app) *cobra.Command {
	var d client.Document
	c := &cobra.Command{
		Use: "attach ID FILE", Short: "Keep a document with an incident, such as its finished review", Args: args(cobra.ExactArgs(2)), ValidArgsFunction: a.completeIncidents("all"),
		Example: "  tocsin incident attach 86cd review.md\n  tocsin incident attach 86cd plan.txt --type text/plain --title 'The plan'",
		RunE: func(c *cobra.Command, words []string) error {
			text, err := a.read(words[1])
			if err != nil {
				return err
			}
			if d.Title == "" {
				d.Title = filepath.Base(words[1])
			}
			d.Text = text
			return a.attach(c.Context(), words[0], d)
		},
	}
	c.Flags().StringVar(&d.Title, "title", "", "what it is called (default: the file's name)")
	c.Flags().StringVar(&d.Type, "type", "", "its media `type` (default: text/markdown)")
	c.Flags().StringVar(&d.Note, "note", "", "free text for the timeline")
	a.by(c, &d.By)
	return c
}

// read reads a file of text; - is stdin. What is more than any document may have is not read.
func (a *app) read(name string) (string, error) {
	in, err := a.open(name)
	if err != nil {
		return "", err
	}
	defer in.Close() //nolint:errcheck // it only read
	b, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(b), nil
}

func newDocument(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "document ID [NUMBER]", Short: "List the documents of an incident, or write one out", Args: args(cobra.RangeArgs(1, 2)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, words []string) error {
			i, err := a.client().Incident(c.Context(), words[0])
			if err != nil {
				return lost(err)
			}
			if len(words) == 1 {
				return a.listDocuments(i)
			}
			n, err := strconv.Atoi(words[1])
			if err != nil {
				return misuse(c, fmt.Errorf("%q is no number of a document", words[1]))
			}
			return a.writeDocument(c.Context(), i, n)
		},
	}
}

func (a *app) listDocuments(i client.Incident) error {
	if a.json {
		return object(a.stdout, append([]client.Kept{}, i.Documents...))
	}
	if len(i.Documents) == 0 {
		fmt.Fprintln(a.stderr, "no documents")
		return nil
	}
	rows := [][]string{{"NUMBER", "TITLE", "TYPE", "BYTES", "BY", "AT"}}
	for _, d := range i.Documents {
		rows = append(rows, []string{strconv.Itoa(d.Number), d.Title, d.Type, strconv.Itoa(d.Bytes), name(d.By), a.short(d.At)})
	}
	table(a.stdout, rows)
	return nil
}

// writeDocument writes the text of one, which stands in the timeline.
func (a *app) writeDocument(ctx context.Context, i client.Incident, n int) error {
	if n < 1 || n > len(i.Documents) {
		return fault{
			err: fmt.Errorf("the incident has no document %d", n), hint: "'tocsin incident document " + brief(i.ID) + "' lists them", code: codeNotFound,
		}
	}
	all, err := a.client().Timeline(ctx, i.ID, i.Documents[n-1].Seq-1)
	if err != nil {
		return lost(err)
	}
	var d struct {
		Title string `json:"title"`
		Type  string `json:"type"`
		Text  string `json:"text"`
		By    string `json:"by"`
	}
	if len(all) == 0 || json.Unmarshal(all[0].Data, &d) != nil {
		return fmt.Errorf("document %d is not in the timeline", n)
	}
	if a.json {
		return object(a.stdout, d)
	}
	if f, ok := a.stdout.(*os.File); ok && terminal(f) {
		d.Text = readable(d.Text)
	}
	_, err = io.WriteString(a.stdout, d.Text)
	return err
}

// terminal says whether somebody reads what is written there, and not a file or a program.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// readable makes foreign text safe for a terminal and keeps its lines.
func readable(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}
