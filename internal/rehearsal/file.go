package rehearsal

import "time"

// File is one test file: cases that are played against one catalog.
type File struct {
	Name string // as given to [Parse]
	// Catalog is the folder of the catalog as it is written, relative to the file; may be empty.
	Catalog string
	Cases   []Case
}

// DefaultStart is when a case begins that does not say: a quiet Monday morning.
var DefaultStart = time.Date(2026, time.January, 12, 10, 0, 0, 0, time.UTC)

// Case is one history and what is expected of it.
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

// The verbs.
const (
	FireAlert  Verb = "alert"
	ClearAlert Verb = "clear"
	Ack        Verb = "ack"
	Unack      Verb = "unack"
	Resolve    Verb = "resolve"
	Reopen     Verb = "reopen"
	Escalate   Verb = "escalate"
	Note       Verb = "note"
	Contact    Verb = "contact"
	Advance    Verb = "advance"
	Expect     Verb = "expect"
)

// Step is one thing that happens, or is checked, at the instant the case has reached.
type Step struct {
	place
	Verb  Verb
	Alert Alert // for FireAlert and ClearAlert
	// Of names the alert whose incident is meant; empty for the only incident there is.
	Of string
	// By is who asks, such as "person:bo"; may be any name, or empty.
	By      string
	Text    string // the note
	Level   int    // for Escalate: 0 for the next
	Refused bool   // the command is expected to be refused
	// To, Contact and Outcome are for Contact, see [Rehearsal.Contact].
	To, Contact, Outcome string
	For                  time.Duration // for Advance
	At                   time.Time     // for Advance: up to an instant, instead of For
	Expect               []Expectation // for Expect
}

// Alert is an alert as a test file writes it.
type Alert struct {
	// As names it within the case; may be empty.
	As string
	// Of sends an alert of that name again; what is set beside it is changed.
	Of       string
	Service  string
	Key      string
	DedupKey string
	Severity string
	Summary  string
	Labels   map[string]string
	// For is how long it holds if nothing more is heard; 0 means for ever.
	For time.Duration
}

// Expectation is what should be so at one instant. What is nil or empty is not checked.
type Expectation struct {
	place
	// Of names the alert whose incident is meant; empty for all pages, and for the only incident.
	Of       string
	Status   *Word
	Priority *Word
	Service  *Word
	Team     *Word
	Level    *Count
	Round    *Count
	// Incidents is how many there are, whatever their status.
	Incidents *Count
	Exhausted *Truth
	// NobodyPaged: no page was asked for. NobodyReached: no contact method took one.
	NobodyPaged   *Truth
	NobodyReached *Truth
	// Pages are all pages in order; nil is not checked, an empty list expects none.
	Pages    []ExpectedPage
	PagesAt  *place
	NotPaged []Word
	// Levels are all levels that were reached, in order.
	Levels   []ExpectedLevel
	LevelsAt *place
}

// Word is an expected word and where it stands.
type Word struct {
	place
	Want string
}

// Count is an expected number and where it stands.
type Count struct {
	place
	Want int
}

// Truth is an expected yes or no and where it stands.
type Truth struct {
	place
	Want bool
}

// ExpectedPage is what is expected of one page; what is not set may be anything.
type ExpectedPage struct {
	place
	At      *time.Duration // since the start, when it was asked for
	To      string
	By      string
	Taken   *time.Duration // since the start, when a contact method took it
	Level   *int
	Round   *int
	Urgency string
	Via     string
	Outcome string
}

// ExpectedLevel is what is expected of one step of a climb; what is not set may be anything.
type ExpectedLevel struct {
	place
	At      *time.Duration
	Level   *int
	Round   *int
	Trigger string
	Kind    string
}
