package rules_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// TestStories plays the stories of testdata. Time is virtual; "advance" fires every deadline on the
// way at its own instant. Run with -rewrite to accept what happens now. The commands:
//
//	catalog <revision>               puts the catalog below it in force (see readCatalog)
//	clock                            sets the time to the line below it, before the first alert
//	alert <service> key=… [dedup=…] [severity=…] [ends=10m] [began=1h] [labels=alertname:Slow]
//	clear <service> key=… [dedup=…]
//	ack|unack|resolve|reopen|note <incident> [by=…] [id=…]     a line below it is the note
//	escalate <incident> [level=…] [by=…] [id=…] [if=needed]
//	escalate <incident> to=<team> | up=yes
//	snooze <incident> for=2h | wake <incident> | assign <incident> to=person:bo
//	responders <incident> targets=person:cleo,team:db
//	priority <incident> to=P1 | impact=high urgency=low
//	merge <incident> into=<incident> [service=…] | split <incident> alerts=a,b [title=…]
//	role <incident> role=scribe person=bo | task <incident> [owner=bo] | taskdone <incident> task=1
//	document <incident> title=review [times=2]      the line below it is the text, so many times over
//	close <incident> outcome=fixed [cause=…] | pause <incident> [for=1h] | unpause|cancel <incident>
//	override <schedule> id=o1 kind=swap people=ana,bo [replaces=ana] from=2h to=8h     from and to: from now
//	withdraw <schedule> id=o1
//	roster <schedule> id=r1 read=0s  what was read of its calendar then: lines such as "ana,bo 2h 8h", from now
//	problem <service> [cause=…]              opens one; the line below it is its title
//	link|unlink <problem> incident=<incident>
//	change <problem> [title=…] [cause=…] [services=a,b key=… alert=… labels=a:x,b:y]   a line below it is the workaround
//	change <problem> unknown=yes
//	solve <problem>                          closes it; the line below it says how
//	elsewhere-problem PRB-X revision=2 services=a alert=… [closed=yes]     another partition tells of one of its own
//	elsewhere <incident> accept|refuse      the partition of the other incident answers a merge
//	absorb <incident> from=<name> service=…      another partition asks to merge one of its own in
//	receipt <incident> <person> delivered|taken|failed|delayed [level=…]     taken: not said to be final
//	phones                           from here on every page is delivered at once, which is not told
//	advance <duration>               the engine is up while time passes
//	outage <duration>                the engine is down while time passes; inputs may follow
//	show <incident>                  where it stands
func TestStories(t *testing.T) {
	stories, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, stories)
	for _, path := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			w := newStage()
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				out := w.command(t, d)
				w.requireReplay(t)
				w.requireTold(t)
				return out
			})
		})
	}
}

// stage is where a story is played: the state under test and everything that led to it.
type stage struct {
	state    *rules.State
	catalogs map[string]*rules.Catalog
	now      time.Time
	position uint64
	ledger   []events.Event
	problems int               // that were opened
	phones   bool              // pages are delivered by themselves
	names    map[string]string // incident id to its name in the story
	ids      map[string]string // and back
}

func newStage() *stage {
	return &stage{
		state:    rules.NewState(3),
		catalogs: map[string]*rules.Catalog{},
		now:      time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC), // a Monday
		names:    map[string]string{},
		ids:      map[string]string{},
	}
}

func (w *stage) command(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "catalog":
		c := readCatalog(t, d.CmdArgs[0].Key, d.Input)
		w.catalogs[c.Revision] = c
		w.state.Learn(c)
		return w.ask(events.CatalogRevised{Revision: c.Revision}, d)
	case "clock":
		at, err := time.ParseInLocation("2006-01-02 15:04", d.Input, time.UTC)
		require.NoError(t, err)
		w.now = at
		return w.now.Format("Monday 2 January 2006, 15:04 MST") + "\n"
	case "alert":
		return w.ask(events.AlertReceived{Alert: w.alert(t, d)}, d)
	case "clear":
		return w.ask(events.AlertCleared{Alert: w.alert(t, d)}, d)
	case "receipt":
		return w.ask(w.receipt(t, d), d)
	case "phones":
		w.phones = true
		return "every page is delivered at once\n"
	case "problem", "link", "unlink", "change", "solve", "elsewhere-problem":
		return w.ask(w.problem(t, d), d)
	case "override", "withdraw":
		return w.ask(w.override(t, d), d)
	case "roster":
		return w.ask(w.roster(t, d), d)
	case "elsewhere", "absorb":
		return w.ask(w.travelled(t, d), d)
	case "advance":
		return w.advance(span(t, d))
	case "outage":
		w.now = w.now.Add(span(t, d))
		return "the engine is back at " + w.clock(w.now) + "\n"
	case "show":
		return w.show(w.ids[d.CmdArgs[0].Key])
	default:
		return w.ask(w.asked(t, d), d)
	}
}

func span(t *testing.T, d *datadriven.TestData) time.Duration {
	long, err := time.ParseDuration(d.CmdArgs[0].Key)
	require.NoError(t, err)
	return long
}

// arg returns the value of an argument, or empty.
func arg(d *datadriven.TestData, name string) string {
	for _, a := range d.CmdArgs {
		if a.Key == name && len(a.Vals) > 0 {
			return strings.Join(a.Vals, ",")
		}
	}
	return ""
}

func (w *stage) alert(t *testing.T, d *datadriven.TestData) events.Alert {
	a := events.Alert{Key: arg(d, "key"), DedupKey: arg(d, "dedup"), Severity: arg(d, "severity"), Summary: d.Input}
	a.Labels = labelled(d)
	if a.Summary == "" {
		a.Summary = a.Key
	}
	if ends := arg(d, "ends"); ends != "" {
		in, err := time.ParseDuration(ends)
		require.NoError(t, err)
		a.EndsAt = w.now.Add(in)
	}
	if began := arg(d, "began"); began != "" {
		ago, err := time.ParseDuration(began)
		require.NoError(t, err)
		a.StartsAt = w.now.Add(-ago)
	}
	return a
}

// asked reads a command of a person.
func (w *stage) asked(t *testing.T, d *datadriven.TestData) events.Data {
	name := d.CmdArgs[0].Key
	id := w.ids[name]
	if id == "" {
		id = name // nobody knows it: that is a story too
	}
	c := events.Command{Incident: id, By: arg(d, "by"), Via: "cli", Note: d.Input}
	switch d.Cmd {
	case "ack":
		return events.AcknowledgementReceived{Command: c}
	case "unack":
		return events.AcknowledgementWithdrawn{Command: c}
	case "resolve":
		return events.ResolutionReceived{Command: c}
	case "reopen":
		return events.ReopeningReceived{Command: c}
	case "note":
		return events.NoteReceived{Command: c}
	case "escalate":
		level := 0
		if l := arg(d, "level"); l != "" {
			_, err := fmt.Sscan(l, &level)
			require.NoError(t, err)
		}
		return events.EscalationReceived{Command: c, Level: level, To: arg(d, "to"), Up: arg(d, "up") != "", IfNeeded: arg(d, "if") == "needed"}
	}
	return w.askedOfLife(t, d, c)
}

// in returns the instant that an argument says, counted from now; zero where it says none.
func (w *stage) in(t *testing.T, d *datadriven.TestData, name string) time.Time {
	if arg(d, name) == "" {
		return time.Time{}
	}
	return w.now.Add(wait(t, arg(d, name)))
}

// askedOfLife reads what is asked of an incident besides its climb.
func (w *stage) askedOfLife(t *testing.T, d *datadriven.TestData, c events.Command) events.Data {
	switch d.Cmd {
	case "snooze":
		return events.SnoozeReceived{Command: c, Until: w.in(t, d, "for")}
	case "wake":
		return events.SnoozeWithdrawn{Command: c}
	case "assign":
		return events.AssignmentReceived{Command: c, To: arg(d, "to")}
	case "responders":
		return events.RespondersRequested{Command: c, Targets: split(arg(d, "targets"))}
	case "priority":
		return events.PriorityReceived{Command: c, Priority: arg(d, "to"), Impact: arg(d, "impact"), Urgency: arg(d, "urgency")}
	case "merge":
		into := w.ids[arg(d, "into")]
		if into == "" {
			into = arg(d, "into")
		}
		return events.MergeReceived{Command: c, Into: into, IntoService: arg(d, "service")}
	case "split":
		return events.SplitReceived{Command: c, Alerts: split(arg(d, "alerts")), Title: arg(d, "title")}
	case "role":
		return events.RoleReceived{Command: c, Role: arg(d, "role"), Person: arg(d, "person")}
	case "task":
		c.Note = ""
		return events.TaskReceived{Command: c, Text: d.Input, Owner: arg(d, "owner")}
	case "taskdone":
		return events.TaskCompleted{Command: c, Task: number(t, arg(d, "task"))}
	case "document":
		c.Note = ""
		return events.DocumentReceived{Command: c, Title: arg(d, "title"), Text: strings.Repeat(d.Input, max(1, number(t, arg(d, "times"))))}
	case "close":
		return events.ClosureReceived{Command: c, Outcome: arg(d, "outcome"), Cause: arg(d, "cause")}
	case "pause":
		return events.PauseReceived{Command: c, Until: w.in(t, d, "for")}
	case "unpause":
		return events.PauseWithdrawn{Command: c}
	case "cancel":
		return events.ClocksCancelled{Command: c}
	}
	d.Fatalf(t, "nobody knows the command %q", d.Cmd)
	return nil
}

func (w *stage) override(t *testing.T, d *datadriven.TestData) events.Data {
	schedule := d.CmdArgs[0].Key
	if d.Cmd == "withdraw" {
		return events.OverrideWithdrawn{ID: arg(d, "id"), Schedule: schedule, By: arg(d, "by")}
	}
	return events.OverrideReceived{By: arg(d, "by"), Override: events.Override{
		ID: arg(d, "id"), Schedule: schedule, Kind: arg(d, "kind"), From: w.in(t, d, "from"), To: w.in(t, d, "to"),
		People: split(arg(d, "people")), Replaces: arg(d, "replaces"),
	}}
}

func (w *stage) roster(t *testing.T, d *datadriven.TestData) events.Data {
	r := events.Roster{ID: arg(d, "id"), Schedule: d.CmdArgs[0].Key, From: w.in(t, d, "read"), To: w.now.AddDate(0, 0, 28), Source: "calendar.example.com"}
	for line := range strings.Lines(d.Input) {
		var people, from, to string
		_, err := fmt.Sscan(line, &people, &from, &to)
		require.NoError(t, err, d.Pos)
		first, err := time.ParseDuration(from)
		require.NoError(t, err, d.Pos)
		last, err := time.ParseDuration(to)
		require.NoError(t, err, d.Pos)
		r.Shifts = append(r.Shifts, events.Shift{People: split(people), From: w.now.Add(first), To: w.now.Add(last)})
	}
	return events.RosterReceived{Roster: r}
}

// travelled is what comes from another partition.
func (w *stage) travelled(t *testing.T, d *datadriven.TestData) events.Data {
	id := w.ids[d.CmdArgs[0].Key]
	i := w.state.Incident(id)
	require.NotNil(t, i, "%s: no such incident", d.Pos)
	if d.Cmd == "absorb" {
		return events.MergeRequested{
			Incident: arg(d, "from"), Service: arg(d, "service"), Into: id, IntoService: i.Service,
			By: arg(d, "by"), Title: "an incident of " + arg(d, "service"), Asked: 1,
		}
	}
	answer := events.MergeAnswered{Incident: id, Service: i.Service, Accepted: d.CmdArgs[1].Key == "accept"}
	if i.Merging != nil {
		answer.Into = i.Merging.Into
	}
	if !answer.Accepted {
		answer.Refusal = "the other incident is resolved"
	}
	return answer
}

// receipt answers the newest page of a person, open or not, at a level where one is named.
func (w *stage) receipt(t *testing.T, d *datadriven.TestData) events.ReceiptReceived {
	id, target, level := w.ids[d.CmdArgs[0].Key], "person:"+d.CmdArgs[1].Key, arg(d, "level")
	r := events.ReceiptReceived{Incident: id, Target: target, Attempts: []events.Attempt{{Contact: "phone", Channel: "webhook", At: w.now}}}
	for _, e := range w.ledger {
		p, ok := e.Data.(events.PageRequested)
		if ok && e.Subject == id && p.Target == target && (level == "" || level == fmt.Sprint(p.Level)) {
			r.Page = p.Page
		}
	}
	require.NotEmpty(t, r.Page, "%s: no such page was ever requested", d.Pos)
	switch came := d.CmdArgs[2].Key; came {
	case "delivered":
		r.Delivered, r.Final = true, true
	case "taken":
		r.Delivered = true
	case "failed":
		r.Final = true
	case "delayed":
	default:
		d.Fatalf(t, "a receipt is delivered, taken, failed or delayed, not %q", came)
	}
	return r
}

// deliver answers new pages where the phones work.
func (w *stage) deliver(facts []events.Event) {
	for _, fact := range facts {
		p, ok := fact.Data.(events.PageRequested)
		if !ok || !w.phones {
			continue
		}
		w.position++
		e := events.New(events.ReceiptReceived{Incident: fact.Subject, Page: p.Page, Target: p.Target, Delivered: true, Final: true})
		e.ID, e.Time = events.DeriveID("input", fmt.Sprint(w.position)), w.now
		w.ledger = append(w.ledger, w.state.Decide(rules.Input{Position: w.position, Event: e}, w.now).Facts...)
	}
}

// ask decides one input and tells what follows.
func (w *stage) ask(data events.Data, d *datadriven.TestData) string {
	e := events.New(data)
	w.position++
	e.ID, e.Time = events.DeriveID("input", fmt.Sprint(w.position)), w.now
	if id := arg(d, "id"); id != "" {
		e.ID = id
	}
	if d.Cmd == "alert" || d.Cmd == "clear" || d.Cmd == "problem" {
		e.Service = d.CmdArgs[0].Key
	}
	decision := w.state.Decide(rules.Input{Position: w.position, Event: e}, w.now)
	out := w.tell(decision.Facts)
	w.deliver(decision.Facts)
	if decision.Ignored != "" && len(decision.Facts) == 0 {
		out += "ignored: " + decision.Ignored + "\n"
	}
	return out
}

// advance lets time pass, with every deadline fired at its own instant, the present one first.
func (w *stage) advance(long time.Duration) string {
	end := w.now.Add(long)
	var out strings.Builder
	for {
		at, ok := w.state.NextDeadline()
		if !ok || at.After(end) {
			break
		}
		if at.After(w.now) {
			w.now = at
		}
		facts := w.state.Fire(w.now, 10)
		out.WriteString(w.tell(facts))
		w.deliver(facts)
	}
	w.now = end
	if out.Len() == 0 {
		return "nothing happens\n"
	}
	return out.String()
}
