package calendars

import (
	"context"
	"sync"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// Known is what every partition was told of imported calendars, folded from the facts. It may be used
// by many goroutines. The zero Known knows nothing.
type Known struct {
	mu         sync.Mutex
	after      int64 // key up to which facts are folded
	bySchedule map[string]*standing
}

// standing is the newest roster of a schedule, and those before it as far as they counted.
type standing struct {
	events.Roster
	followed int            // partitions that have it
	made     *oncall.Roster // stitched to those before
}

var imported = events.RosterImported{}.Name()

// Read takes in what is new in the journal.
func (k *Known) Read(ctx context.Context, from archive.Journal) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	facts, upTo, err := from.Loose(ctx, k.after, imported)
	if err != nil {
		return err
	}
	for i := range facts {
		e, err := events.Decode(facts[i].Line)
		if fact, ok := e.Data.(events.RosterImported); err == nil && ok { // what cannot be read is the recorder's to tell
			k.fold(fact.Roster)
		}
	}
	k.after = upTo
	return nil
}

// fold takes in a fact. Every partition writes one, each in its own time, so a roster comes several
// times, and an older one may come behind a newer one.
func (k *Known) fold(r events.Roster) {
	was := k.bySchedule[r.Schedule]
	switch {
	case was != nil && was.ID == r.ID:
		was.followed++
		return
	case was != nil && r.From.Before(was.From):
		return
	}
	made, err := rules.NewRoster(r)
	if err != nil {
		return // no partition takes it either
	}
	if was != nil {
		made = was.made.Followed(r.From, made)
	}
	if k.bySchedule == nil {
		k.bySchedule = map[string]*standing{}
	}
	k.bySchedule[r.Schedule] = &standing{r, 1, made}
}

// Of gives who is on call by a schedule's calendar, and when that was read; nil and zero where no
// partition knows any. What an older reading said of the time before a newer one stays: that is whom
// the rules went by.
func (k *Known) Of(schedule string) (*oncall.Roster, time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.bySchedule[schedule]; s != nil {
		return s.made, s.From
	}
	return nil, time.Time{}
}

// newest gives the roster that was told last; ok is false where none was.
func (k *Known) newest(schedule string) (s standing, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.bySchedule[schedule]; s != nil {
		return *s, true
	}
	return standing{}, false
}
