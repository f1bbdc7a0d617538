package rehearsal

import (
	"slices"
	"time"

	"tocsin.dev/internal/catalog"
)

// File is one test file: cases that are played against one catalog.
type File struct {
	Name string // as given to [Parse]
	// Catalog is the folder of the catalog as written, relative to the file; may be empty.
	Catalog string
	Cases   []Case
}

// Catalogs has the catalogs for a file by their folders, as the file writes them: "" is the one that is in
// force when a case begins, the others come with steps. See [File.Folders].
type Catalogs map[string]*catalog.Catalog

// Folders returns the folders of the catalogs that steps bring into force, relative to the file, each once.
func (f File) Folders() []string {
	var all []string
	for _, one := range f.Cases {
		all = append(all, one.folders()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c Case) folders() []string {
	var all []string
	for _, s := range c.Steps {
		if s.Verb == Catalog {
			all = append(all, s.Files)
		}
	}
	return all
}

// DefaultStart is when a case begins by default: a quiet Monday morning.
var DefaultStart = time.Date(2026, time.January, 12, 10, 0, 0, 0, time.UTC)

// Case is one history and what it is expected to lead to.
type Case struct {
	Name string // unique in its file, never empty
	place
	// Start is the instant it begins. Defaults to [DefaultStart].
	Start time.Time
	Steps []Step
	// Expect is checked when all steps are done.
	Expect []Expectation
}

// Verb is what a step does.
type Verb string

// The verbs: alerts, what people ask of an incident, who is on call, and what the world does.
const (
	FireAlert  Verb = "alert"
	ClearAlert Verb = "clear"

	Ack          Verb = "ack"
	Unack        Verb = "unack"
	Resolve      Verb = "resolve"
	Reopen       Verb = "reopen"
	Escalate     Verb = "escalate"
	Note         Verb = "note"
	Snooze       Verb = "snooze"
	Wake         Verb = "wake"
	Assign       Verb = "assign"
	Responders   Verb = "responders"
	Priority     Verb = "priority"
	Merge        Verb = "merge"
	Split        Verb = "split"
	Role         Verb = "role"
	Task         Verb = "task"
	Close        Verb = "close"
	Pause        Verb = "pause"
	Resume       Verb = "resume"
	CancelClocks Verb = "cancel_clocks"

	Override Verb = "override"
	Withdraw Verb = "withdraw"
	Catalog  Verb = "catalog"

	Contact Verb = "contact"
	Advance Verb = "advance"
	Outage  Verb = "outage"
	Expect  Verb = "expect"
)

// Verbs returns all verbs, in the order of the documentation.
func Verbs() []Verb {
	return []Verb{
		FireAlert, ClearAlert, Ack, Unack, Resolve, Reopen, Escalate, Note, Snooze, Wake, Assign, Responders, Priority, Merge, Split,
		Role, Task, Close, Pause, Resume, CancelClocks, Override, Withdraw, Catalog, Contact, Advance, Outage, Expect,
	}
}

// Step is one thing that happens, or is checked, at the instant that the case has reached.
type Step struct {
	place
	Verb  Verb
	Alert Alert // for FireAlert and ClearAlert
	// Of names the alert whose incident is meant; empty for the only incident.
	Of string
	// By is who asks, such as "person:bo"; any name, or empty.
	By      string
	Text    string // the note, or the task
	Refused bool   // a refusal is expected
	Request Request
	Cover   Cover // for Override and Withdraw
	// To, Contact and Outcome are for Contact, see [Rehearsal.Contact].
	To, Contact, Outcome string
	// When is how far Advance goes and how long an Outage lasts.
	When   When
	Files  string        // for Catalog: its folder, see [File.Folders]
	Expect []Expectation // for Expect
}

// Request is what a command asks for. Which fields count depends on the verb.
type Request struct {
	Level   int      // Escalate: 0 for the next
	Up      bool     // Escalate
	Team    string   // Escalate
	Person  string   // Assign, Role, Task: "person:bo"
	Targets []string // Responders: "team:db"
	// Priority is a name, or Impact and Urgency are words of the matrix.
	Priority, Impact, Urgency string
	Into                      string   // Merge: the name of an alert
	Alerts                    []string // Split: names of alerts
	Title                     string   // Split
	Role                      string
	Done                      int // Task: the number of one that is done; 0 adds one
	Outcome, Cause            string
	Until                     When // Snooze, Pause
}

// When is an instant, or a duration since another one. The zero value means that neither is given.
type When struct {
	For time.Duration
	At  time.Time
	set bool
}

// from returns the instant, counted from a base; the zero time if none is given.
func (w When) from(base time.Time) time.Time {
	switch {
	case !w.set:
		return time.Time{}
	case !w.At.IsZero():
		return w.At
	}
	return base.Add(w.For)
}

// Cover is a change of who is on call.
type Cover struct {
	ID       string // empty for one without a name; in Withdraw that of an earlier one
	Schedule string
	Kind     string   // as in [events.Override]
	People   []string // "person:ana"
	Replaces string
	// From and To count from the start of the case. From defaults to now.
	From, To When
	Shifts   []Shift
}

// Shift is one duty of a temporary schedule.
type Shift struct {
	People   []string
	From, To When
}

// Alert is an alert as a test file writes it.
type Alert struct {
	// As names it within the case; may be empty.
	As string
	// Of sends an alert of that name again, with what else is set changed.
	Of       string
	Service  string
	Key      string
	DedupKey string
	Severity string
	Summary  string
	Labels   map[string]string
	// For is when it expires unless it is sent again; 0 for never.
	For time.Duration
}
