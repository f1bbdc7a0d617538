// Package export writes the content of an archive for other programs: the ledger's lines, or a table.
//
// In: a view of an archive and a filter. Out: CloudEvents as JSON lines, byte for byte and in the order of
// the ledger, or incidents as CSV that is safe to open in a spreadsheet. It changes nothing and reads
// nothing else.
package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Filter selects incidents; the zero value selects everything.
type Filter struct {
	Service, Team string
	// Status is a status, or "open"; empty for any.
	Status string
	// From and To bound the opening, From included and To not; zero for none.
	From, To time.Time
}

// All reports whether the filter selects everything, including facts without an incident.
func (f Filter) All() bool {
	return f.Service == "" && f.Team == "" && f.Status == "" && f.From.IsZero() && f.To.IsZero()
}

func (f Filter) fits(in *archive.Incident) bool {
	return (f.Service == "" || f.Service == in.Service) &&
		(f.Team == "" || f.Team == in.Team) &&
		(f.Status == "" || f.Status == in.Status || f.Status == "open" && in.Status != timeline.Resolved) &&
		(f.From.IsZero() || !in.OpenedAt.Before(f.From)) && (f.To.IsZero() || in.OpenedAt.Before(f.To))
}

// Lines writes one event a line, of the whole ledger or of the matching incidents, and returns the number of
// lines. Only a whole ledger can be imported into an equal archive.
func Lines(ctx context.Context, v archive.View, f Filter, to io.Writer) (int, error) {
	wanted := map[string]bool{}
	if !f.All() {
		if err := each(ctx, v, f, func(in archive.Incident) error { wanted[in.ID] = true; return nil }); err != nil {
			return 0, err
		}
	}
	out, n := bufio.NewWriterSize(to, 1<<16), 0
	err := v.Facts(ctx, func(fact archive.Fact) error {
		if !f.All() && !wanted[about(&fact)] {
			return nil
		}
		n++
		if _, err := out.Write(fact.Line); err != nil {
			return err
		}
		return out.WriteByte('\n')
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return n, fmt.Errorf("export: %w", err)
	}
	return n, nil
}

var renewed = events.NameOf(events.TypeOf(events.AlertRenewed{}))

// about returns the incident that a fact changes; a renewal names it in its data.
func about(f *archive.Fact) string {
	if f.Subject != "" || f.Type != renewed {
		return f.Subject
	}
	env, raw, err := events.Split(f.Line)
	if err != nil {
		return ""
	}
	if d, err := events.DecodeData(env.Type, raw); err == nil {
		return d.(events.AlertRenewed).Incident
	}
	return ""
}

// each calls do with every matching incident, oldest first.
func each(ctx context.Context, v archive.View, f Filter, do func(archive.Incident) error) error {
	return v.Incidents(ctx, func(k archive.Kept) error {
		var in archive.Incident
		if err := json.Unmarshal(k.Document, &in); err != nil {
			return fmt.Errorf("export: incident %s: %w", k.ID, err)
		}
		if !f.fits(&in) {
			return nil
		}
		return do(in)
	})
}

var columns = []string{
	"id", "service", "team", "title", "status", "priority", "severity", "policy", "level", "round", "dedup_key",
	"opened_at", "acknowledged_at", "acknowledged_by", "resolved_at", "assignee", "alerts", "facts", "updated_at",
}

// Table writes the matching incidents as CSV (RFC 4180) with a header line, oldest first, and returns their
// number. Instants are RFC 3339, or empty.
func Table(ctx context.Context, v archive.View, f Filter, to io.Writer) (int, error) {
	out, n := csv.NewWriter(to), 0
	out.UseCRLF = true
	if err := out.Write(columns); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	err := each(ctx, v, f, func(in archive.Incident) error {
		n++
		row := []string{
			in.ID, in.Service, in.Team, in.Title, in.Status, in.Priority, in.Severity, in.Policy, strconv.Itoa(in.Level), strconv.Itoa(in.Round), in.DedupKey,
			instant(&in.OpenedAt), instant(in.AcknowledgedAt), in.AcknowledgedBy, instant(in.ResolvedAt), in.Assignee,
			strconv.Itoa(len(in.Alerts)), strconv.FormatUint(in.Seq, 10), instant(&in.UpdatedAt),
		}
		for i := range row {
			row[i] = safe(row[i])
		}
		return out.Write(row)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return n, fmt.Errorf("export: %w", err)
	}
	return n, nil
}

func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// safe prevents a spreadsheet from running a cell as a formula, because anyone may write an alert's summary.
func safe(cell string) string {
	if cell == "" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + cell
	}
	return cell
}
