package exports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/insight/shadow"
)

// GoAlert parses the CSV that "Export" on a service's metrics page writes, and the debugMessages or
// messageLogs of the GraphQL API; files of both kinds in any order. Messages about other alerts are ignored.
// GoAlert's exports have no dedup key, so alerts are matched by summary and time.
func GoAlert(files [][]byte, o Options) ([]shadow.Alert, error) {
	if o.Location == nil {
		o.Location = time.UTC
	}
	r := &goalert{alerts: map[int64]*shadow.Alert{}, messages: map[string]bool{}, zone: o.Location}
	for n, file := range files {
		file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
		at := where{file: n, files: len(files)}
		var err error
		if c := first(file); c == '{' || c == '[' {
			err = documents(file, at, []string{"debugMessages", "messageLogs"}, r.later)
		} else {
			err = r.table(file, at)
		}
		if err != nil {
			r.wrong.add("%w", err)
		}
	}
	for _, m := range r.waiting {
		r.message(m)
	}
	if err := r.wrong.err(); err != nil {
		return nil, err
	}
	return sorted(r.order), nil
}

type goalert struct {
	zone     *time.Location
	alerts   map[int64]*shadow.Alert
	order    []*shadow.Alert
	messages map[string]bool // ids
	waiting  []object
	wrong    faults
}

// goalertColumns are the required columns, without the zone that GoAlert appends to times.
var goalertColumns = []string{"Created At", "Alert ID", "Summary"}

// table parses the CSV.
func (r *goalert) table(file []byte, at where) error {
	c := csv.NewReader(bytes.NewReader(file))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", at)
	}
	if err != nil {
		return fmt.Errorf("%s: not CSV or JSON: %w", at, err)
	}
	columns, zone := r.head(head)
	for _, name := range goalertColumns {
		if _, ok := columns[name]; !ok {
			at.line = 1
			return fmt.Errorf("%s: column %q is missing: is this GoAlert's export of alerts?", at, name)
		}
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSuffix(at.String(), "line 0"), err)
		}
		here := at
		here.line, _ = c.FieldPos(0)
		r.row(here, func(name string) string {
			if i, ok := columns[name]; ok && i < len(row) {
				return row[i]
			}
			return ""
		}, zone)
	}
}

// head returns the columns by name, and the zone of "Created At (UTC +0000)".
func (r *goalert) head(head []string) (columns map[string]int, zone *time.Location) {
	columns, zone = map[string]int{}, r.zone
	for i, name := range head {
		plain, behind, _ := strings.Cut(name, " (")
		columns[strings.TrimSpace(plain)] = i
		if plain != "Created At" {
			continue
		}
		words := strings.Fields(strings.TrimSuffix(behind, ")"))
		if len(words) == 0 {
			continue
		}
		if t, err := time.Parse("-0700", words[len(words)-1]); err == nil {
			zone = t.Location()
		}
	}
	return columns, zone
}

func (r *goalert) row(at where, cell func(string) string, zone *time.Location) {
	id, err := strconv.ParseInt(cell("Alert ID"), 10, 64)
	if err != nil {
		r.wrong.add("%s: Alert ID: %q is not a number", at, cell("Alert ID"))
		return
	}
	at.what = fmt.Sprintf("alert %d", id)
	opened, err := time.ParseInLocation("2006-01-02 15:04:05.999", cell("Created At"), zone)
	if err != nil {
		opened, err = time.Parse(time.RFC3339, cell("Created At"))
	}
	if err != nil {
		r.wrong.add("%s: Created At: %q is not a time such as 2026-03-02 14:00:00.000", at, cell("Created At"))
		return
	}
	if r.alerts[id] != nil {
		return
	}
	a := &shadow.Alert{ID: strconv.FormatInt(id, 10), Title: cell("Summary"), Service: cell("Service Name"), Opened: opened.UTC()}
	for _, name := range []string{"Time to Ack", "Time to Close"} {
		took, ok, err := hours(cell(name))
		if err != nil {
			r.wrong.add("%s: %s: %w", at, name, err)
			return
		}
		if ok && a.Answered.IsZero() {
			a.Answered = a.Opened.Add(took)
		}
	}
	r.alerts[id], r.order = a, append(r.order, a)
}

// hours parses "00:04:31"; ok is false for what never happened: an empty or "Invalid" duration.
func hours(word string) (d time.Duration, ok bool, err error) {
	if word == "" || word == "Invalid Duration" {
		return 0, false, nil
	}
	var parts [3]int
	words := strings.Split(word, ":")
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n < 0 || n > 1_000_000 || len(words) != 3 {
			return 0, false, fmt.Errorf("%q is not a duration such as 00:04:31", word)
		}
		parts[i] = n
	}
	return time.Duration(parts[0])*time.Hour + time.Duration(parts[1])*time.Minute + time.Duration(parts[2])*time.Second, true, nil
}

// later keeps messages until every alert is known.
func (r *goalert) later(_ string, o object) error {
	r.waiting = append(r.waiting, o)
	return nil
}

type goalertMessage struct {
	ID          string          `json:"id"`
	CreatedAt   string          `json:"createdAt"`
	Type        string          `json:"type"`
	Status      string          `json:"status"`
	UserName    string          `json:"userName"`
	Destination string          `json:"destination"`
	AlertID     json.RawMessage `json:"alertID"` // required; null if the message is about no alert
}

func (r *goalert) message(o object) {
	var m goalertMessage
	if err := o.read(&m); err != nil {
		r.wrong.add("%w", err)
		return
	}
	if m.ID == "" || m.AlertID == nil {
		r.wrong.add("%s: id or alertID is missing: is this a message of GoAlert?", o.where)
		return
	}
	o.what = "message " + m.ID
	var alert *int64
	if err := json.Unmarshal(m.AlertID, &alert); err != nil {
		r.wrong.add("%s: alertID: %s is not a number", o.where, m.AlertID)
		return
	}
	at, err := o.instant("createdAt", m.CreatedAt)
	if err != nil {
		r.wrong.add("%w", err)
		return
	}
	if alert == nil || m.UserName == "" || r.messages[m.ID] || strings.HasPrefix(strings.ToLower(m.Status), "failed") {
		return // a test message, a status update, to a channel, a duplicate, or undelivered
	}
	r.messages[m.ID] = true
	if a := r.alerts[*alert]; a != nil {
		via, _, _ := strings.Cut(m.Destination, " ")
		a.Pages = append(a.Pages, shadow.Page{Person: m.UserName, At: at, Via: via})
	}
}
