package review

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/insight/document"
)

// maxRows bounds the rows of one table. The timeline has the rest.
const maxRows = 200

// writer writes Markdown.
type writer struct {
	*Review
	strings.Builder
}

// Markdown writes the document. chart is the URL of the chart: [Review.Inline], a file name, or empty
// for no chart.
func (r *Review) Markdown(w io.Writer, chart string) error {
	d := &writer{Review: r}
	fmt.Fprintf(d, "# Post-incident review: %s\n\n", literal(r.Incident.Title))
	d.summary()
	d.impact()
	d.times()
	d.goals()
	d.levels(chart)
	d.people()
	d.alerts()
	d.decisions("Decisions", r.Decisions)
	d.decisions("Notes", r.Notes)
	d.tasks()
	d.open()
	if _, err := io.WriteString(w, d.String()); err != nil {
		return fmt.Errorf("write review: %w", err)
	}
	return nil
}

func (d *writer) section(title string) { fmt.Fprintf(d, "\n## %s\n\n", title) }

func (d *writer) summary() {
	in := d.Incident
	where := in.Status
	if in.Outcome != "" {
		where += ", closed as " + in.Outcome
	}
	d.table([]string{"", ""}, [][]string{
		{"Incident", in.ID}, {"Service", in.Service}, {"Team", in.Team}, {"Policy", in.Policy}, {"Status", where},
	})
	d.section("Summary")
	fmt.Fprintf(d, "%s\n", literal(d.story()))
}

// story summarizes the incident in a few sentences.
func (d *writer) story() string {
	t, in := d.Times, d.Incident
	all := []string{fmt.Sprintf("An incident of service %s opened on %s. Its priority is %s.", in.Service, instant(t.Opened), in.Priority)}
	switch {
	case !t.Acknowledged.IsZero():
		all = append(all, fmt.Sprintf("It was acknowledged after %s, at level %d.", d.after(t.Acknowledged), d.levelAt(t.Acknowledged)))
	case t.Paged.IsZero():
		all = append(all, "Nobody was paged.")
	default:
		all = append(all, "Nobody acknowledged it.")
	}
	if n := len(t.Reopened); n > 0 {
		all = append(all, fmt.Sprintf("It was reopened %s.", times(n)))
	}
	if t.Resolved.IsZero() {
		all = append(all, "It is not resolved.")
	} else {
		all = append(all, fmt.Sprintf("It was resolved after %s.", d.after(t.Resolved)))
	}
	if in.Cause != "" {
		all = append(all, "Recorded cause: "+in.Cause+".")
	}
	return strings.Join(all, " ")
}

// levelAt is the last level reached by an instant.
func (d *writer) levelAt(at time.Time) int {
	level := 0
	for _, s := range d.Steps {
		if s.Level > 0 && !s.At.After(at) {
			level = s.Level
		}
	}
	return level
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (d *writer) impact() {
	in := d.Incident
	d.section("Impact")
	rows := [][]string{{"Priority", in.Priority}}
	for _, one := range [][2]string{{"Impact", in.Impact}, {"Urgency", in.Urgency}, {"Severity", in.Severity}} {
		if one[1] != "" {
			rows = append(rows, one[:])
		}
	}
	people := 0
	for _, p := range d.People {
		if p.Pages > 0 {
			people++
		}
	}
	rows = append(rows,
		[]string{"Duration", d.duration()},
		[]string{"Alerts", fmt.Sprint(len(in.Alerts))},
		[]string{"Pages", fmt.Sprintf("%d, to %s (%d delivered, %d failed, %d no longer needed)",
			d.Pages.Requested, plural(people, "receiver"), d.Pages.Delivered, d.Pages.Failed, d.Pages.Superseded)},
	)
	d.table([]string{"", ""}, rows)
	d.WriteString("\n_Who was affected, and how? Write it here._\n")
}

func (d *writer) duration() string {
	if d.Times.Resolved.IsZero() {
		return "open"
	}
	return d.after(d.Times.Resolved)
}

func (d *writer) times() {
	d.section("Times")
	t := d.Times
	rows := [][]string{}
	for _, one := range []struct {
		what string
		at   time.Time
	}{
		{"Opened", t.Opened},
		{"First page", t.Paged},
		{"First page delivered", t.Delivered},
		{"First response", t.Engaged},
		{"Acknowledged", t.Acknowledged},
		{"Resolved", t.Resolved},
		{"Closed", t.Closed},
	} {
		if one.at.IsZero() {
			rows = append(rows, []string{one.what, "not", ""})
			continue
		}
		rows = append(rows, []string{one.what, instant(one.at), d.after(one.at)})
	}
	for _, at := range t.Reopened {
		rows = append(rows, []string{"Reopened", instant(at), d.after(at)})
	}
	d.table([]string{"", "At", "After opening"}, rows)
}

func (d *writer) goals() {
	if len(d.Goals) == 0 {
		return
	}
	d.section("Goals")
	var rows [][]string
	for _, t := range d.Goals {
		arithmetic := t.Arithmetic
		if t.Goal == "0s" {
			arithmetic = ""
		}
		rows = append(rows, []string{t.Clock.Clock, goal(t), outcome(t), arithmetic})
	}
	d.table([]string{"Clock", "Goal", "Outcome", "Arithmetic"}, rows)
}

func goal(t Goal) string {
	length, err := time.ParseDuration(t.Goal)
	switch {
	case err != nil:
		return t.Goal
	case length == 0:
		return "none at this priority"
	}
	if t.Calendar == "" {
		return span(length)
	}
	return span(length) + " of working time (" + t.Calendar + ")"
}

func outcome(t Goal) string {
	if t.Goal == "0s" {
		return "no longer applies"
	}
	took := ""
	if length, err := time.ParseDuration(t.Elapsed); err == nil {
		took = " after " + span(length)
	}
	switch {
	case t.Met && t.Breached:
		return "breached, met late" + took
	case t.Met:
		return "met" + took
	case t.Breached:
		return "breached, not met yet"
	case t.Paused:
		return "paused"
	}
	return "running"
}

func (d *writer) levels(chart string) {
	d.section("Levels")
	if chart != "" {
		fmt.Fprintf(d, "![%s](%s)\n\n", literal(d.inWords()), chart)
	}
	var rows [][]string
	for _, s := range d.Steps {
		if s.Level > 0 {
			rows = append(rows, []string{fmt.Sprint(s.Level), instant(s.At), d.after(s.At)})
		}
	}
	if len(rows) == 0 {
		d.WriteString("No escalation.\n")
		return
	}
	d.table([]string{"Level", "At", "After opening"}, rows)
}

func (d *writer) people() {
	d.section("Who")
	if len(d.People) == 0 {
		d.WriteString("Nobody.\n")
		return
	}
	var rows [][]string
	for _, p := range d.People {
		answered := "no"
		if !p.Answered.IsZero() {
			answered = "after " + d.after(p.Answered)
		}
		rows = append(rows, []string{d.name(p.Actor), fmt.Sprint(p.Pages), answered, fmt.Sprint(p.Acts), strings.Join(p.Roles, ", ")})
	}
	d.table([]string{"Who", "Pages", "Responded", "Actions", "Roles"}, rows)
	fmt.Fprintf(d, "\n%s\n", literal("Teams, in order: "+strings.Join(d.Teams, ", ")+"."))
}

func (d *writer) alerts() {
	d.section("Alerts")
	var rows [][]string
	for _, a := range d.Incident.Alerts {
		labels := a.Labels.Map()
		var words []string
		for _, name := range slices.Sorted(maps.Keys(labels)) {
			words = append(words, name+"="+labels[name])
		}
		began := a.StartsAt
		if began.IsZero() {
			began = d.Times.Opened
		}
		rows = append(rows, []string{a.Summary, a.Status, instant(began), strings.Join(words, ", ")})
	}
	d.table([]string{"Alert", "Status", "Started", "Labels"}, rows)
}

func (d *writer) decisions(title string, all []Decision) {
	if len(all) == 0 {
		return
	}
	d.section(title)
	var rows [][]string
	for _, one := range all {
		why := one.Why
		if strings.Contains(one.What, why) {
			why = ""
		}
		rows = append(rows, []string{instant(one.At), d.after(one.At), d.name(one.By), one.What, why})
	}
	d.table([]string{"At", "After", "By", "What", "Why"}, rows)
}

func (d *writer) tasks() {
	d.section("Follow-ups")
	if len(d.Incident.Tasks) == 0 {
		d.WriteString("None. `tocsin incident task add` adds one.\n")
		return
	}
	for _, t := range d.Incident.Tasks {
		box, owner := " ", "nobody yet"
		if t.Done {
			box = "x"
		}
		if t.Owner != "" {
			owner = d.name(t.Owner)
		}
		fmt.Fprintf(d, "- [%s] %d. %s (%s)\n", box, t.Number, literal(t.Text), literal(owner))
	}
}

// open leaves room for what only people can answer.
func (d *writer) open() {
	for _, s := range [][2]string{
		{"Root cause", "What made it possible, and what triggered it?"},
		{"What went well", "What should we do the same way next time?"},
		{"What went wrong", "What made it longer or worse than necessary?"},
		{"Lessons", "How could we have noticed sooner? What do others need to know?"},
	} {
		d.section(s[0])
		fmt.Fprintf(d, "_%s Write it here._\n", s[1])
	}
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// table writes at most [maxRows] rows.
func (d *writer) table(head []string, rows [][]string) {
	shown := make([][]string, min(len(rows), maxRows))
	for n := range shown {
		shown[n] = make([]string, len(rows[n]))
		for i, cell := range rows[n] {
			shown[n][i] = bounded(cell)
		}
	}
	document.Table(&d.Builder, head, shown)
	if left := len(rows) - maxRows; left > 0 {
		fmt.Fprintf(d, "\n%d more are in the timeline.\n", left)
	}
}

// literal escapes a text, on one line and cut to maxCell characters.
func literal(s string) string { return document.Literal(bounded(s)) }

// bounded cuts a text after maxCell characters.
func bounded(s string) string {
	n := 0
	for at := range s {
		if n++; n > maxCell {
			return visible(s[:at]) + "…"
		}
	}
	return visible(s)
}

// maxCell bounds one text of the document, in characters.
const maxCell = 2000

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
