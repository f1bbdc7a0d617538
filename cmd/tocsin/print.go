package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"tocsin.dev/internal/files"
)

// clean makes foreign text safe for a terminal: control characters become spaces, and characters
// that change the direction of text or are not seen at all go away.
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

// cleanLines is [clean] for a text of several lines.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = clean(lines[n])
	}
	return strings.Join(lines, "\n")
}

// table writes aligned rows; the first holds the titles of the columns.
func table(to io.Writer, rows [][]string) {
	w := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = clean(cell)
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() //nolint:errcheck // stdout is gone, and so is the reader
}

// object writes v as one indented JSON value.
func object(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// line writes v as JSON on one line, for streams without an end.
func line(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// short writes an instant in local time: of today the time, else the date too; "" for none.
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

// moment is [app.short] for sentences: a time of today without seconds where there are none.
func (a *app) moment(t time.Time) string {
	s := a.short(t)
	if whole, ok := strings.CutSuffix(s, ":00"); ok && len(s) == len(time.TimeOnly) {
		return whole
	}
	return s
}

// brief keeps enough of an id to type.
func brief(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// fit keeps the beginning of a text that would break a table.
func fit(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// replace writes a file whole or not at all, see [files.Replace].
func replace(name string, mode fs.FileMode, write func(io.Writer) error) error {
	return files.Replace(name, mode, write)
}
