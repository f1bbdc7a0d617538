package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"tocsin.dev/internal/files"
)

// clean makes foreign text safe for a terminal. Control characters become spaces; characters that are
// invisible or change the direction of text are dropped.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cleanLines is [clean] for text of several lines.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = clean(lines[n])
	}
	return strings.Join(lines, "\n")
}

// table writes aligned rows. The first row holds the column titles.
func table(to io.Writer, rows [][]string) {
	w := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = clean(cell)
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() //nolint:errcheck // nobody reads stdout any more
}

// show writes v as JSON with --json; otherwise text prints it.
func (a *app) show(v any, text func()) error {
	if a.json {
		return object(a.stdout, v)
	}
	text()
	return nil
}

// list writes all as a JSON array with --json; otherwise as a table. An empty list prints the message
// none on stderr instead.
func list[T any](a *app, all []T, none string, titles []string, row func(T) []string) error {
	if all == nil {
		all = []T{}
	}
	return a.show(all, func() {
		if len(all) == 0 {
			fmt.Fprintln(a.stderr, none)
			return
		}
		rows := [][]string{titles}
		for _, one := range all {
			rows = append(rows, row(one))
		}
		table(a.stdout, rows)
	})
}

// object writes v as one indented JSON value.
func object(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// line writes v as JSON on one line, for endless output.
func line(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// output writes to a file, which is replaced whole or left unchanged. An empty name, or -, means stdout.
func (a *app) output(file string, mode fs.FileMode, write func(io.Writer) error) error {
	if file == "" || file == "-" {
		return write(a.stdout)
	}
	return files.Replace(file, mode, write)
}

// short formats an instant in local time: the time if it is today, else the date too; "" for the zero time.
func (a *app) short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now := t.Local(), a.now().Local()
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("02 Jan 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// moment is [app.short] for sentences: it drops seconds that are zero.
func (a *app) moment(t time.Time) string {
	s := a.short(t)
	if whole, ok := strings.CutSuffix(s, ":00"); ok && len(s) == len(time.TimeOnly) {
		return whole
	}
	return s
}

// brief shortens an id to what a user has to type.
func brief(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// briefOurs is [brief] for Tocsin's own ids (UUIDs); ids of other systems stay whole.
func briefOurs(id string) string {
	if len(id) == 36 {
		return brief(id)
	}
	return id
}

// fit cuts text to most characters.
func fit(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// count returns a number with its noun: "1 fact", "2 facts". The plural is given where adding s is wrong.
func count(n int, one string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(plural) > 0:
		return fmt.Sprintf("%d %s", n, plural[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// terminal reports whether w is a terminal, not a file or a pipe.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// name strips the "person:" from an actor.
func name(actor string) string { return strings.TrimPrefix(actor, "person:") }

// names joins people; "nobody" for none.
func names(people []string) string {
	out := make([]string, len(people))
	for n, one := range people {
		out[n] = name(one)
	}
	return nobody(strings.Join(out, ", "))
}

func nobody(who string) string {
	if who == "" {
		return "nobody"
	}
	return who
}
