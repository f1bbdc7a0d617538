package rules

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// Waits that no policy configures.
const (
	// ResolvedKept is how long a resolved incident can still be reopened or annotated by hand.
	ResolvedKept = 24 * time.Hour
	// ReceiptTimeout is the first wait for a page's receipt; it doubles with each request.
	ReceiptTimeout    = time.Minute
	maxReceiptTimeout = 15 * time.Minute
	// lateFrom is the delay from which a page says that it is late.
	lateFrom = 5 * time.Second
)

// State is everything one partition knows: its open and recently resolved incidents, the catalogs
// they opened with, and who is on call. Only [State.Evolve] changes it.
type State struct {
	// Partition makes incident ids unique across partitions, Installation across systems.
	Partition    int
	Installation string

	catalog   *Catalog            // in force for new incidents
	catalogs  map[string]*Catalog // by revision
	incidents map[string]*Incident
	byKey     map[key]*Incident // the newest incident of each dedup key
	deadlines deadlines

	overrides map[string][]oncall.Override // by schedule, in the order in which they were added
	rosters   map[string]*roster           // by schedule, for imported ones
	turns     map[string]string            // who had the last turn of each round robin
	rates     map[rateKey]*rate
	failures  uint64         // conditions that could not be evaluated
	spare     []events.Event // from [State.Spare]

	problems map[string]*problem // that this partition owns, by id
	notices  map[string]*notice  // of all problems that changed, by id
}

type key struct{ service, dedup string }

// Incident is one incident as the rules see it.
type Incident struct {
	ID       string `json:"id"`
	Service  string `json:"service"`
	Team     string `json:"team"`
	Title    string `json:"title"`
	Severity string `json:"severity,omitempty"`
	Priority string `json:"priority"`
	DedupKey string `json:"dedup_key"`
	Link     string `json:"link,omitempty"`
	// Labels are those of the first alert; pages carry them.
	Labels events.Labels `json:"labels,omitempty"`
	// Catalog is the revision the incident opened with and keeps, Policy the id of its policy in it.
	Catalog string `json:"catalog"`
	Policy  string `json:"policy"`

	Status incident.Status `json:"status"`
	// ByHand says that a person resolved it, Closed that it is closed for good.
	ByHand bool `json:"by_hand,omitempty"`
	Closed bool `json:"closed,omitempty"`
	// Pinned says that a person set the priority: alerts no longer raise it.
	Pinned bool `json:"pinned,omitempty"`
	// Reached says that a page of the present level was delivered.
	Reached bool `json:"reached,omitempty"`
	// Seq is the number of its newest fact.
	Seq        uint64    `json:"seq"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	// Since is when it last became triggered or acknowledged.
	Since time.Time `json:"since"`
	// AckUntil is when the acknowledgement expires; zero for never, or if there is none.
	AckUntil time.Time `json:"ack_until,omitzero"`
	// SnoozedUntil is when the snooze ends; zero if it is not snoozed.
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"`
	// Holder has acknowledged it; empty if nobody has. Assignee is responsible for it.
	Holder   string `json:"holder,omitempty"`
	Assignee string `json:"assignee,omitempty"`
	// Joined are those who responded while the level needs more people.
	Joined []string `json:"joined,omitempty"`
	// Repaged says that its holder was paged again and may acknowledge again.
	Repaged bool `json:"repaged,omitempty"`
	// Tasks are its follow-ups, true for those that are done.
	Tasks []bool `json:"tasks,omitempty"`
	// Known is the problem whose known error it matches; empty for none.
	Known string `json:"known,omitempty"`
	// Documents counts the documents kept with it.
	Documents int `json:"documents,omitempty"`
	// Alerts are the firing ones only.
	Alerts []alert.Known `json:"alerts,omitempty"`
	// Elsewhere maps alerts that were split off to the incidents they feed now.
	Elsewhere map[string]string `json:"elsewhere,omitempty"`
	// Absorbed are incidents that were merged into this one, Aliases their dedup keys.
	Absorbed []string `json:"absorbed,omitempty"`
	Aliases  []string `json:"aliases,omitempty"`
	// Merging is the pending merge; nil for none.
	Merging *Merging `json:"merging,omitempty"`
	// LastCommand is the id of the newest command that led to a fact, to detect a repeated one.
	LastCommand string `json:"last_command,omitempty"`

	// Round counts over the incident's whole life, so that page ids are unique.
	Round int `json:"round"`
	// LevelRound is the round in which the present level was reached.
	LevelRound int `json:"level_round"`
	// Step is where the escalation is; zero before the first level.
	Step escalation.Step `json:"climb"`
	// NextStepAt is when the step after Step falls due, or Held if that is set; zero means never.
	NextStepAt time.Time `json:"step_at,omitzero"`
	// Held is the step that waits for working hours or for somebody on call; zero for none.
	Held  escalation.Step `json:"held,omitzero"`
	Pages []Page          `json:"pages,omitempty"` // the open ones
	// Paged are the targets of the newest level of this escalation that paged any ("person:ana").
	// role:manager means their managers.
	Paged []string `json:"paged,omitempty"`
	// Fired are the triggers that fired or were skipped.
	Fired []Fired `json:"fired,omitempty"`
	// Transfers counts the transfers to another team.
	Transfers int `json:"transfers,omitempty"`

	Clocks []Clock       `json:"clocks,omitempty"`
	Pauses []clock.Pause `json:"pauses,omitempty"` // of all clocks; the last one may be open
	// PausedUntil is when the open pause ends by itself; zero for never, or if there is none.
	PausedUntil time.Time `json:"paused_until,omitzero"`

	// clockTriggers are the instants at which the policy's triggers on clocks fall due; empty for none.
	clockTriggers []time.Time

	catalog *Catalog
	policy  *escalation.Policy
	wakeAt  time.Time // in the heap; zero if nothing will fall due
	heapPos int
}

// Page is one open page.
type Page struct {
	ID      string    `json:"id"`
	Target  string    `json:"target"`
	Via     string    `json:"via,omitempty"`
	Round   int       `json:"round"`
	Level   int       `json:"level"`
	AskedAt time.Time `json:"asked_at"` // of the last request
	Asked   int32     `json:"asked"`    // number of requests
	Urgency string    `json:"urgency"`
	Why     string    `json:"why,omitempty"` // what asked for it, if no level did
	// Delayed says that its contact methods failed so far and are still being tried.
	Delayed bool `json:"delayed,omitempty"`
}

// NewState returns the empty state of a partition.
func NewState(partition int) *State {
	return &State{
		Partition: partition,
		catalogs:  map[string]*Catalog{},
		incidents: map[string]*Incident{},
		byKey:     map[key]*Incident{},
		overrides: map[string][]oncall.Override{},
		rosters:   map[string]*roster{},
		turns:     map[string]string{},
		rates:     map[rateKey]*rate{},
		problems:  map[string]*problem{},
		notices:   map[string]*notice{},
	}
}

// ConditionFailures counts the policy conditions that could not be evaluated since the state was
// created. Each is in the timeline too.
func (s *State) ConditionFailures() uint64 { return s.failures }

// Use puts a catalog in force for new incidents; open ones keep theirs. Call it before the first input.
func (s *State) Use(c *Catalog) {
	s.Learn(c)
	s.catalog = c
}

// Learn makes a revision known without putting it in force, for incidents that opened with it.
func (s *State) Learn(c *Catalog) { s.catalogs[c.Revision] = c }

// Catalog returns the catalog in force; nil before the first [State.Use].
func (s *State) Catalog() *Catalog { return s.catalog }

// Knows reports whether the revision was given to [State.Learn] or [State.Use].
func (s *State) Knows(revision string) bool { return s.catalogs[revision] != nil }

// Open counts the incidents that are not resolved.
func (s *State) Open() int {
	n := 0
	for _, i := range s.incidents {
		if i.Status.Open() {
			n++
		}
	}
	return n
}

// Incident returns the incident with this id, or nil. The caller must not change it.
func (s *State) Incident(id string) *Incident { return s.incidents[id] }

// Fed returns the incident that an alert of the service feeds or fed last, or nil. The caller must not
// change it.
func (s *State) Fed(service string, a events.Alert) *Incident {
	i := s.byKey[key{service, a.Dedup()}]
	if i == nil {
		return nil
	}
	if part := s.incidents[i.Elsewhere[a.Key]]; part != nil {
		return part
	}
	return i
}

// Incidents calls f for each incident the state holds, in no order.
func (s *State) Incidents(f func(*Incident)) {
	for _, i := range s.incidents {
		f(i)
	}
}

// put adds an incident; newest makes its dedup key name it from now on.
func (s *State) put(i *Incident, newest bool) error {
	c := s.catalogs[i.Catalog]
	if c == nil {
		return fmt.Errorf("incident %s: catalog %.12s is not known", i.ID, i.Catalog)
	}
	if i.policy = c.Policies[i.Policy]; i.policy == nil {
		return fmt.Errorf("incident %s: catalog %.12s has no policy %q", i.ID, i.Catalog, i.Policy)
	}
	i.heapPos, i.catalog = -1, c
	i.share(c)
	i.timeTriggers()
	s.incidents[i.ID] = i
	if newest {
		s.name(i, i.DedupKey)
	}
	return nil
}

// name makes a dedup key name this incident instead of the one it named before.
func (s *State) name(i *Incident, dedup string) {
	k := key{i.Service, dedup}
	if old := s.byKey[k]; old != nil && old != i {
		old.Aliases = slices.DeleteFunc(old.Aliases, func(a string) bool { return a == dedup })
	}
	s.byKey[k] = i
}

// share makes the incident use the catalog's copies of ids, and a single copy of its dedup key. An
// incident read from the ledger would otherwise hold some hundred bytes of text twice.
func (i *Incident) share(c *Catalog) {
	i.Catalog = c.Revision
	if i.policy.ID == i.Policy {
		i.Policy = i.policy.ID
	}
	if len(i.Alerts) > 0 && i.Alerts[0].Key == i.DedupKey {
		i.Alerts[0].Key = i.DedupKey
	}
	if v := c.Services[i.Service]; v != nil && v.ID == i.Service {
		i.Service = v.ID
	}
	if t := c.Teams[i.Team]; t != nil && t.ID == i.Team {
		i.Team = t.ID
	}
}

// drop forgets an incident.
func (s *State) drop(i *Incident) {
	s.deadlines.remove(i)
	delete(s.incidents, i.ID)
	for _, dedup := range append(i.Aliases, i.DedupKey) {
		if k := (key{i.Service, dedup}); s.byKey[k] == i {
			delete(s.byKey, k)
		}
	}
}

func (i *Incident) alert(key string) *alert.Known {
	for n := range i.Alerts {
		if i.Alerts[n].Key == key {
			return &i.Alerts[n]
		}
	}
	return nil
}

func (i *Incident) page(id string) *Page {
	for n := range i.Pages {
		if i.Pages[n].ID == id {
			return &i.Pages[n]
		}
	}
	return nil
}

func (i *Incident) closePage(id string) {
	for n := range i.Pages {
		if i.Pages[n].ID == id {
			i.Pages = slices.Delete(i.Pages, n, n+1)
			break
		}
	}
	if len(i.Pages) == 0 {
		i.Pages = nil // most incidents have no open page most of the time
	}
}
