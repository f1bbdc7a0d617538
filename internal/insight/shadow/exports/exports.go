// Package exports parses other pagers' exports of a day: which alerts there were, who was notified, and when.
//
// In: the bytes of one or more exports of one pager. Out: its alerts, as internal/insight/shadow compares
// them, or every fault with its line and field. Unknown fields are ignored. The package does no I/O.
//
// The formats are those of the pagers' own APIs: Opsgenie's List Alerts and List Alert Recipients
// (docs.opsgenie.com/docs/alert-api; field names as in opsgenie/opsgenie-go-sdk-v2 alert/result.go),
// PagerDuty's incidents and log_entries (PagerDuty/api-schema, REST API v2), and GoAlert's CSV of a service's
// alerts (target/goalert web/src/app/services/AlertMetrics/useAlertCSV.ts) with the debugMessages of its
// GraphQL API (graphql2/schema.graphql).
package exports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"tocsin.dev/internal/insight/shadow"
)

// Options say how to read what exports leave open.
type Options struct {
	// Location is the time zone of times without one. Defaults to UTC.
	Location *time.Location
}

// Format parses the exports of one pager: all files of one day together.
type Format func(files [][]byte, o Options) ([]shadow.Alert, error)

// Formats are the pagers whose exports can be read.
var Formats = map[string]Format{"opsgenie": Opsgenie, "pagerduty": PagerDuty, "goalert": GoAlert}

// MaxFaults is how many faults are reported at once.
const MaxFaults = 20

// faults collects errors, up to [MaxFaults].
type faults struct{ all []error }

func (f *faults) add(format string, args ...any) {
	if len(f.all) < MaxFaults {
		f.all = append(f.all, fmt.Errorf(format, args...))
	}
}

func (f *faults) err() error { return errors.Join(f.all...) }

// where is a place in the exports: the file, the line, and the object there.
type where struct {
	file, files, line int
	what              string
}

func (w where) String() string {
	place := fmt.Sprintf("line %d", w.line)
	if w.files > 1 {
		place = fmt.Sprintf("export %d, %s", w.file+1, place)
	}
	if w.what != "" {
		place += ", " + w.what
	}
	return place
}

// object is one element of a list, and where it begins.
type object struct {
	raw json.RawMessage
	where
}

// read decodes the object. An error names the field.
func (o object) read(to any) error {
	err := json.Unmarshal(o.raw, to)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: %s: got a %s, want %s", o.where, kind.Field, kind.Value, kindOf(kind.Type.String()))
	case err != nil:
		return fmt.Errorf("%s: %w", o.where, err)
	}
	return nil
}

func kindOf(name string) string {
	switch name {
	case "string":
		return "a string"
	case "int", "int64", "float64":
		return "a number"
	}
	return "an object or a list"
}

// instant parses the time of a field.
func (o object) instant(field, word string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, word)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("%s: %s: %q is not an instant such as 2026-03-02T14:00:00Z", o.where, field, word)
	}
	return t.UTC(), nil
}

// documents calls each for every object in the JSON documents of a file. A file may hold several documents,
// such as the pages of an API's answers. The objects are the elements of the named lists, in a document or
// in its "data", or those of an unnamed list, with "" as the name.
func documents(file []byte, at where, names []string, each func(list string, o object) error) error {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	d := json.NewDecoder(bytes.NewReader(file))
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		end := int(d.InputOffset())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			at.line = lineOf(file, faultAt(err, end))
			return fmt.Errorf("%s: not JSON: %w", at, err)
		}
		at.line = lineOf(file, end-len(raw))
		if err := lists(raw, at, "", names, each); err != nil {
			return err
		}
	}
}

func faultAt(err error, otherwise int) int {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return int(syntax.Offset)
	}
	return otherwise
}

func lineOf(file []byte, offset int) int {
	return 1 + bytes.Count(file[:min(max(offset, 0), len(file))], []byte("\n"))
}

// lists calls each for every object in one document.
func lists(raw json.RawMessage, at where, list string, names []string, each func(list string, o object) error) error {
	switch first(raw) {
	case '[':
		return elements(raw, at, list, each)
	case '{':
	default:
		return fmt.Errorf("%s: not an object or a list", at)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	found := false
	for _, name := range names {
		if inner, ok := fields[name]; ok && first(inner) == '[' {
			found = true
			if err := elements(inner, inside(raw, inner, at), name, each); err != nil {
				return err
			}
		}
	}
	if inner, ok := fields["data"]; ok && !found {
		return lists(inner, inside(raw, inner, at), list, names, each)
	}
	if inner, ok := nodes(fields, names); ok && !found {
		return lists(inner, inside(raw, inner, at), list, names, each)
	}
	if !found {
		return each(list, object{raw, at})
	}
	return nil
}

// nodes unwraps {"messageLogs": {"nodes": […]}}, the form of a list in GraphQL.
func nodes(fields map[string]json.RawMessage, names []string) (json.RawMessage, bool) {
	for _, name := range names {
		var page struct {
			Nodes json.RawMessage `json:"nodes"`
		}
		if json.Unmarshal(fields[name], &page) == nil && first(page.Nodes) == '[' {
			wrapped, err := json.Marshal(map[string]json.RawMessage{name: page.Nodes})
			return wrapped, err == nil
		}
	}
	return nil, false
}

func first(raw json.RawMessage) byte {
	if raw = bytes.TrimSpace(raw); len(raw) > 0 {
		return raw[0]
	}
	return 0
}

// inside returns where a part of a document begins.
func inside(outer, inner json.RawMessage, at where) where {
	if i := bytes.Index(outer, inner); i > 0 {
		at.line += bytes.Count(outer[:i], []byte("\n"))
	}
	return at
}

// elements calls each for every element of a list.
func elements(raw json.RawMessage, at where, list string, each func(list string, o object) error) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	for d.More() {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		here := at
		here.line += bytes.Count(raw[:int(d.InputOffset())-len(one)], []byte("\n"))
		if err := each(list, object{one, here}); err != nil {
			return err
		}
	}
	return nil
}

// sorted sorts alerts by when they opened, and the pages of each by time.
func sorted(all []*shadow.Alert) []shadow.Alert {
	out := make([]shadow.Alert, 0, len(all))
	for _, a := range all {
		slices.SortStableFunc(a.Pages, func(x, y shadow.Page) int { return x.At.Compare(y.At) })
		out = append(out, *a)
	}
	slices.SortStableFunc(out, func(a, b shadow.Alert) int { return a.Opened.Compare(b.Opened) })
	return out
}
