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

// How long the rules wait for things that no policy names.
const (
	// ResolvedKept is how long a resolved incident can still be reopened or annotated by hand.
	ResolvedKept = 24 * time.Hour
	// ReceiptTimeout is the first wait for a page's receipt; it doubles with each asking.
	ReceiptTimeout = time.Minute
	// maxReceiptTimeout is where the doubling ends.
	maxReceiptTimeout = 15 * time.Minute
	// lateFrom is from when on a page says that it is late.
	lateFrom = 5 * time.Second
)

// State is everything one partition knows: its open incidents, the lately resolved ones and the
// catalogs they opened with. Only [State.Evolve] changes it.
type State struct {
	// Partition makes ids of incidents unique over all partitions, Installation over all systems.
	Partition    int
	Installation string

	catalog   *Catalog            // in force for new incidents
	catalogs  map[string]*Catalog // by revision
	incidents map[string]*Incident
	byKey     map[key]*Incident // the newest incident of each dedup key
	deadlines deadlines

	overrides map[string][]oncall.Override // by schedule, in the order in which they came
	rosters   map[string]*roster           // by schedule, of those that are imported
	turns     map[string]string            // who had the last turn of each round robin
	rates     map[rateKey]*rate
	failures  uint64
	spare     []events.Event // from [State.Spare]

	problems map[string]*problem // that are decided here, by id
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
	// Labels are those of the first alert, for whoever is paged.
	Labels events.Labels `json:"labels,omitempty"`
	// Catalog is the revision that the incident keeps, Policy the id in it.
	Catalog string `json:"catalog"`
	Policy  string `json:"policy"`

	Status incident.Status `json:"status"`
	// ByHand says that a person resolved it, Closed that the books are closed.
	ByHand bool `json:"by_hand,omitempty"`
	Closed bool `json:"closed,omitempty"`
	// Pinned says that a person set the priority: alerts do not raise it any more.
	Pinned bool `json:"pinned,omitempty"`
	// Reached says that a page of the present level was delivered.
	Reached bool `json:"reached,omitempty"`
	// Seq is the number of its newest fact.
	Seq        uint64    `json:"seq"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	// Since is when it last became triggered or acknowledged.
	Since time.Time `json:"since"`
	// AckUntil is when the acknowledgement runs out; zero means never, or that there is none.
	AckUntil time.Time `json:"ack_until,omitzero"`
	// SnoozedUntil is when it wakes; zero when it is not snoozed.
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"`
	// Holder has acknowledged it; empty when nobody has. Assignee is answerable for it.
	Holder   string `json:"holder,omitempty"`
	Assignee string `json:"assignee,omitempty"`
	// Joined are those who answered while the level asks for more people.
	Joined []string `json:"joined,omitempty"`
	// Repaged says that its holder was paged again, and may acknowledge again.
	Repaged bool `json:"repaged,omitempty"`
	// Tasks are its follow-ups, true for those that are done.
	Tasks []bool `json:"tasks,omitempty"`
	// Known is the problem whose known error it is a case of; empty for none.
	Known string `json:"known,omitempty"`
	// Documents is how many are kept with it.
	Documents int `json:"documents,omitempty"`
	// Alerts are the firing ones; those that are over are forgotten.
	Alerts []alert.Known `json:"alerts,omitempty"`
	// Elsewhere are alerts that were split off, with the incidents they feed now.
	Elsewhere map[string]string `json:"elsewhere,omitempty"`
	// Absorbed are incidents that ended in favour of this one, Aliases the dedup keys that came with them.
	Absorbed []string `json:"absorbed,omitempty"`
	Aliases  []string `json:"aliases,omitempty"`
	// Merging is the merge that waits for an answer; nil for none.
	Merging *Merging `json:"merging,omitempty"`
	// LastCommand is the id of the newest command that led to a fact, so that one sent twice is told.
	LastCommand string `json:"last_command,omitempty"`

	// Round counts over the incident's whole life, so that no page id comes twice.
	Round int `json:"round"`
	// LevelRound is the round in which the present level was reached.
	LevelRound int `json:"level_round"`
	// Climb is the place in the present climb; zero before the first level.
	Climb escalation.Step `json:"climb"`
	// StepAt is when the step after Climb falls due, or Held where that is set; zero means never.
	StepAt time.Time `json:"step_at,omitzero"`
	// Held is the step that waits for working hours or for somebody on call; zero for none.
	Held  escalation.Step `json:"held,omitzero"`
	Pages []Page          `json:"pages,omitempty"` // the open ones
	// Paged are the targets of the newest level of this climb that had any ("person:ana");
	// role:manager starts from them.
	Paged []string `json:"paged,omitempty"`
	// Fired are the triggers that have gone off, or were skipped.
	Fired []Fired `json:"fired,omitempty"`
	// Transfers is how often it was handed to another team.
	Transfers int `json:"transfers,omitempty"`

	Clocks []Clock       `json:"clocks,omitempty"` // that measure it
	Pauses []clock.Pause `json:"pauses,omitempty"` // of all clocks; the last one may be open
	// PausedUntil is when the open pause ends by itself; zero for never, or none.
	PausedUntil time.Time `json:"paused_until,omitzero"`

	// percents are the instants at which the policy's triggers on clocks come due; empty for none.
	percents []time.Time

	catalog *Catalog
	policy  *escalation.Policy
	wakeAt  time.Time // in the heap; zero when nothing is due
	heapPos int
}

// Page is one open page.
type Page struct {
	ID      string    `json:"id"`
	Target  string    `json:"target"`
	Via     string    `json:"via,omitempty"`
	Round   int       `json:"round"`
	Level   int       `json:"level"`
	AskedAt time.Time `json:"asked_at"` // the last asking
	Asked   int32     `json:"asked"`    // how often
	Urgency string    `json:"urgency"`
	Why     string    `json:"why,omitempty"` // what asked for it, where no level did
	// Delayed says that its contact methods have failed so far and are still tried.
	Delayed bool `json:"delayed,omitempty"`
}

// NewState gives the empty state of a partition.
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

// ConditionFailures counts the conditions of policies that could not be evaluated since the state
// was made. Each stands in the timeline as well.
func (s *State) ConditionFailures() uint64 { return s.failures }

// Use puts a catalog in force for new incidents. It is called before the first input and whenever
// a [events.CatalogRevised] is met; open incidents keep theirs.
func (s *State) Use(c *Catalog) {
	s.Learn(c)
	s.catalog = c
}

// Learn makes a revision known without putting it in force, for incidents that opened with it.
func (s *State) Learn(c *Catalog) { s.catalogs[c.Revision] = c }

// Catalog gives the catalog in force; nil before the first [State.Use].
func (s *State) Catalog() *Catalog { return s.catalog }

// Knows says whether the revision was learnt.
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

// Incident gives the incident with this id as it stands, or nil. The caller must not change it.
func (s *State) Incident(id string) *Incident { return s.incidents[id] }

// Fed gives the incident that an alert of the service feeds or fed last, or nil. The caller must not change it.
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

// put takes an incident in; newest says that its dedup key names it from now on.
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
	i.reckon()
	s.incidents[i.ID] = i
	if newest {
		s.name(i, i.DedupKey)
	}
	return nil
}

// name makes a dedup key mean the incident, and no longer the one it meant before.
func (s *State) name(i *Incident, dedup string) {
	k := key{i.Service, dedup}
	if old := s.byKey[k]; old != nil && old != i {
		old.Aliases = slices.DeleteFunc(old.Aliases, func(a string) bool { return a == dedup })
	}
	s.byKey[k] = i
}

// share makes the incident use the catalog's own copies of what it names, and one copy of its own
// key. An incident read from the ledger would otherwise hold some hundred bytes of text twice.
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

// drop forgets an incident that nothing can concern any more.
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
		i.Pages = nil // most incidents have no open page for most of their life
	}
}
