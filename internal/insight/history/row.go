package history

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The columns without which an export tells no history.
var needed = []string{"number", "incident_state", "opened_at", "sys_updated_at"}

// maxFaults is how many bad cells are reported; a file of another kind has one in each row.
const maxFaults = 20

// row is an incident after one change. What the export does not know is empty or zero.
type row struct {
	number        string
	state         state
	modifications int
	reassignments int
	reopenings    int
	openedAt      time.Time
	updatedAt     time.Time
	resolvedAt    time.Time
	group         string
	assignee      string
	resolver      string
	priority      string // P1 to P5
	closedCode    string
	madeTarget    string // "true" or "false"
	words         map[string]string
}

// labels are the columns that become labels of the alert, under their own names.
var labels = []string{"category", "subcategory", "u_symptom", "cmdb_ci", "location", "contact_type", "problem_id", "rfc", "vendor", "caused_by"}

// levels are the columns that hold words such as "2 - Medium".
var levels = []string{"impact", "urgency"}

// readRows reads the file, header first.
func readRows(r io.Reader, zone *time.Location) ([]row, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	body, err := text(raw)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	in := csv.NewReader(strings.NewReader(body))
	in.Comma = separator(body)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line should name the columns")
	} else if err != nil {
		return nil, broken(err)
	}
	columns, err := columnsOf(header)
	if err != nil {
		return nil, err
	}
	p := &rowParser{in: in, columns: columns, zone: zone}
	return p.all()
}

// separator is the character between cells: a comma, or what a spreadsheet in another locale writes.
func separator(body string) rune {
	first, _, _ := strings.Cut(body, "\n")
	for _, s := range ",;\t" {
		if strings.ContainsRune(first, s) {
			return s
		}
	}
	return ','
}

// columnsOf finds the columns by their names, whatever their case and order.
func columnsOf(header []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := columns[name]; twice {
			return nil, Fault{Line: 1, Problem: fmt.Sprintf("the column %q stands there twice", name)}
		}
		columns[name] = i
	}
	var missing []string
	for _, name := range needed {
		if _, ok := columns[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, Fault{Line: 1, Problem: "these columns are missing: " + strings.Join(missing, ", ")}
	}
	return columns, nil
}

// broken tells what encoding/csv says in our words.
func broken(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("read history: %w", err)
	}
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return Fault{Line: p.StartLine, Problem: "it has another number of cells than the first line"}
	}
	return Fault{Line: p.Line, Column: p.Column, Problem: p.Err.Error()}
}

// rowParser reads rows and gathers what is wrong with them.
type rowParser struct {
	in      *csv.Reader
	columns map[string]int
	zone    *time.Location
	cells   []string
	faults  []error
	left    int // faults beyond maxFaults
}

func (p *rowParser) all() ([]row, error) {
	var rows []row
	for {
		cells, err := p.in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.fault(broken(err))
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			break // quotes are open or closed wrongly: what follows cannot be told apart
		}
		p.cells = cells
		rows = append(rows, p.row())
	}
	if p.left > 0 {
		p.faults = append(p.faults, fmt.Errorf("and %d more", p.left))
	}
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return rows, nil
}

func (p *rowParser) row() row {
	r := row{
		number: p.cell("number"), state: stateOf(p.cell("incident_state")),
		modifications: p.count("sys_mod_count"), reassignments: p.count("reassignment_count"), reopenings: p.count("reopen_count"),
		openedAt: p.time("opened_at"), updatedAt: p.time("sys_updated_at"), resolvedAt: p.time("resolved_at"),
		group: p.cell("assignment_group"), assignee: p.cell("assigned_to"), resolver: p.cell("resolved_by"),
		priority: p.priority(), closedCode: p.cell("closed_code"), madeTarget: p.truth("made_sla"), words: p.words(),
	}
	p.time("sys_created_at") // checked but not used: the opening is opened_at
	p.time("closed_at")      // checked, and the same as the first row that is closed
	if r.number == "" {
		p.bad("number", "it names no incident")
	}
	if p.cell("sys_updated_at") == "" {
		p.bad("sys_updated_at", "without it the row has no place in time")
	}
	return r
}

func (p *rowParser) words() map[string]string {
	words := map[string]string{}
	for _, name := range labels {
		if v := p.cell(name); v != "" {
			words[name] = v
		}
	}
	for _, name := range levels {
		if v := p.cell(name); v != "" {
			_, word, found := strings.Cut(v, " - ")
			if !found {
				word = v
			}
			words[name] = strings.ToLower(word)
		}
	}
	return words
}

// cell returns a cell without the blanks around it; empty where the export lacks the column, or has
// "?", which is how it writes that it does not know.
func (p *rowParser) cell(name string) string {
	i, ok := p.columns[name]
	if !ok {
		return ""
	}
	if v := strings.TrimSpace(p.cells[i]); v != "?" {
		return v
	}
	return ""
}

func (p *rowParser) bad(name, problem string) {
	line, column := p.in.FieldPos(p.columns[name])
	p.fault(Fault{Line: line, Column: column, Name: name, Problem: problem})
}

func (p *rowParser) fault(err error) {
	if len(p.faults) == maxFaults {
		p.left++
		return
	}
	p.faults = append(p.faults, err)
}

func (p *rowParser) count(name string) int {
	v := p.cell(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		p.bad(name, fmt.Sprintf("%q is not a count", v))
	}
	return n
}

// moments are how exports write an instant: day before month, or year first; by 24 hours, or by 12 with AM
// or PM.
var moments = func() (all []string) {
	for _, day := range []string{"2-1-2006 ", "2/1/2006 ", "2.1.2006 ", "2006-1-2 ", "2006-1-2T", "2006/1/2 "} {
		for _, clock := range []string{"15:04", "15:04:05", "3:04 PM", "3:04:05 PM", "3:04PM", "3:04:05PM"} {
			all = append(all, day+clock)
		}
	}
	return append(all, time.RFC3339)
}()

func (p *rowParser) time(name string) time.Time {
	v := p.cell(name)
	if v == "" {
		return time.Time{}
	}
	for _, form := range moments {
		if t, err := time.ParseInLocation(form, strings.ToUpper(v), p.zone); err == nil {
			return t.UTC()
		}
	}
	p.bad(name, fmt.Sprintf("%q is not a time such as 29-02-2016 08:03", v))
	return time.Time{}
}

func (p *rowParser) truth(name string) string {
	v := strings.ToLower(p.cell(name))
	if !slices.Contains([]string{"", "true", "false"}, v) {
		p.bad(name, fmt.Sprintf("%q is neither TRUE nor FALSE", v))
	}
	return v
}

// priority reads "3 - Moderate" as P3.
func (p *rowParser) priority() string {
	v := p.cell("priority")
	level, _, _ := strings.Cut(v, " - ")
	switch {
	case v == "":
		return ""
	case len(level) != 1 || level[0] < '1' || level[0] > '5':
		p.bad("priority", fmt.Sprintf("%q is not a priority such as 3 - Moderate", v))
		return ""
	}
	return "P" + level
}
