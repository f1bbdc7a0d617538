package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/files"
	"tocsin.dev/pkg/client"
)

// reviewTitle is the title of a review that is attached to its incident.
const reviewTitle = "Post-incident review"

func newReview(a *app) *cobra.Command {
	var out string
	var attach bool
	d := client.Document{Title: reviewTitle}
	c := &cobra.Command{
		Use: "review ID", Short: "Write a draft of the post-incident review", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `Write a draft of the post-incident review as Markdown. It is filled in from the timeline, and marks what
people have to write.

With --out, the chart of the levels goes into an SVG file next to the document; otherwise the document
contains it. 'tocsin incident attach' attaches the finished document to the incident.`,
		Example: "  tocsin incident review 86cd --out review.md\n  tocsin incident review 86cd --attach",
		RunE: func(c *cobra.Command, ids []string) error {
			if !attach {
				return a.writeReview(c.Context(), ids[0], out)
			}
			return a.attachReview(c.Context(), ids[0], out, d)
		},
	}
	c.Flags().StringVar(&out, "out", "", "write to this `file`, and the chart next to it (default: stdout)")
	c.Flags().BoolVar(&attach, "attach", false, "attach the draft to the incident")
	a.by(c, &d.By)
	return c
}

// writeReview writes the draft to stdout, or to a file with the chart next to it.
func (a *app) writeReview(ctx context.Context, id, out string) error {
	cl := a.client()
	chart := "inline"
	if out != "" && !a.json {
		chart = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)) + ".svg"
	}
	text, err := cl.Review(ctx, id, chart)
	if err != nil {
		return noIncident(err)
	}
	if out == "" && !a.json {
		_, err := io.WriteString(a.stdout, text)
		return err
	}
	drawing, err := cl.ReviewChart(ctx, id)
	if err != nil {
		return noIncident(err)
	}
	if a.json {
		i, err := cl.Incident(ctx, id)
		if err != nil {
			return noIncident(err)
		}
		return object(a.stdout, map[string]string{"incident": i.ID, "document": text, "chart": drawing})
	}
	picture := filepath.Join(filepath.Dir(out), chart)
	for name, content := range map[string]string{out: text, picture: drawing} {
		if err := files.Replace(name, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
			return unpath(err, name)
		}
	}
	fmt.Fprintf(a.stderr, "wrote the review to %s and its chart to %s\n", out, picture)
	return nil
}

// attachReview attaches the draft, without its chart if that makes it too long.
func (a *app) attachReview(ctx context.Context, id, out string, d client.Document) (err error) {
	cl := a.client()
	d.Text, err = cl.Review(ctx, id, "inline")
	if err == nil && len(d.Text) > maxDocument {
		d.Text, err = cl.Review(ctx, id, "none")
	}
	if err != nil {
		return noIncident(err)
	}
	if out != "" {
		if err := a.writeReview(ctx, id, out); err != nil {
			return err
		}
	}
	return a.each([]string{id}, func(id string) (client.Outcome, error) { return attach(cl, ctx, id, d) })
}

// maxDocument is the longest document that the engine takes, in bytes.
const maxDocument = 48 << 10

func attach(cl *client.Client, ctx context.Context, id string, d client.Document) (client.Outcome, error) { //nolint:revive // the shape of a method expression
	if len(d.Text) > maxDocument {
		return client.Outcome{}, fault{
			err: fmt.Errorf("the document has %d bytes; the limit is %d", len(d.Text), maxDocument), code: codeFailed,
			hint: "shorten it, or leave its address with 'tocsin incident note'",
		}
	}
	return cl.Attach(ctx, id, d)
}

// readText reads a text file, or stdin for -. It stops reading far beyond the limit of a document.
func (a *app) readText(name string) (string, error) {
	in, err := a.open(name)
	if err != nil {
		return "", err
	}
	defer in.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(b), nil
}

func newDocument(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "document ID [NUMBER]", Short: "List the documents of an incident, or print one", Args: args(cobra.RangeArgs(1, 2)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, words []string) error {
			i, err := a.client().Incident(c.Context(), words[0])
			if err != nil {
				return noIncident(err)
			}
			if len(words) == 1 {
				return list(a, i.Documents, "no documents", []string{"NUMBER", "TITLE", "TYPE", "BYTES", "BY", "AT"}, func(d client.DocumentInfo) []string {
					return []string{strconv.Itoa(d.Number), d.Title, d.Type, strconv.Itoa(d.Bytes), name(d.By), a.short(d.At)}
				})
			}
			n, err := strconv.Atoi(words[1])
			if err != nil {
				return misuse("%q is not the number of a document", words[1])
			}
			return a.printDocument(c.Context(), i, n)
		},
	}
}

// printDocument prints the text of a document, which is in the timeline.
func (a *app) printDocument(ctx context.Context, i client.Incident, n int) error {
	if n < 1 || n > len(i.Documents) {
		return fault{err: fmt.Errorf("the incident has no document %d", n), hint: "'tocsin incident document " + brief(i.ID) + "' lists its documents", code: codeNotFound}
	}
	all, err := a.client().Timeline(ctx, i.ID, i.Documents[n-1].Seq-1)
	if err != nil {
		return noIncident(err)
	}
	var d struct {
		Title string `json:"title"`
		Type  string `json:"type"`
		Text  string `json:"text"`
		By    string `json:"by"`
	}
	if len(all) == 0 || json.Unmarshal(all[0].Data, &d) != nil {
		return fmt.Errorf("document %d is missing in the timeline", n)
	}
	if a.json {
		return object(a.stdout, d)
	}
	if terminal(a.stdout) {
		d.Text = cleanLines(d.Text)
	}
	_, err = io.WriteString(a.stdout, d.Text)
	return err
}
