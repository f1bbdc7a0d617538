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

// Imported is the rosters that the partitions have imported, folded from their facts. It is safe for
// concurrent use. The zero value is empty.
type Imported struct {
	mu         sync.Mutex
	after      int64 // key up to which facts are folded
	bySchedule map[string]*importedRoster
}

// importedRoster is the newest roster of a schedule.
type importedRoster struct {
	events.Roster
	partitions int            // how many have it
	merged     *oncall.Roster // with the earlier ones, for the time when they applied
}

var rosterImported = events.RosterImported{}.Name()

// Read folds the new facts of the journal.
func (k *Imported) Read(ctx context.Context, from archive.Journal) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	facts, upTo, err := from.Loose(ctx, k.after, rosterImported)
	if err != nil {
		return err
	}
	for i := range facts {
		e, err := events.Decode(facts[i].Line)
		if fact, ok := e.Data.(events.RosterImported); err == nil && ok { // the recorder reports lines that it cannot read
			k.fold(fact.Roster)
		}
	}
	k.after = upTo
	return nil
}

// fold applies a fact. Every partition writes one for each roster, so a roster comes several times,
// and an older one may follow a newer one.
func (k *Imported) fold(r events.Roster) {
	was := k.bySchedule[r.Schedule]
	switch {
	case was != nil && was.ID == r.ID:
		was.partitions++
		return
	case was != nil && r.From.Before(was.From):
		return
	}
	made, err := rules.NewRoster(r)
	if err != nil {
		return // the partitions reject it too
	}
	if was != nil {
		made = was.merged.Followed(r.From, made)
	}
	if k.bySchedule == nil {
		k.bySchedule = map[string]*importedRoster{}
	}
	k.bySchedule[r.Schedule] = &importedRoster{r, 1, made}
}

// Of returns who is on call by a schedule's calendar, and when it was last read; nil and zero if no
// partition has a roster. For the time before the last reading it keeps the earlier rosters, which
// the rules used then.
func (k *Imported) Of(schedule string) (*oncall.Roster, time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.bySchedule[schedule]; s != nil {
		return s.merged, s.From
	}
	return nil, time.Time{}
}

// newest returns the newest roster of a schedule; ok is false if there is none.
func (k *Imported) newest(schedule string) (s importedRoster, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.bySchedule[schedule]; s != nil {
		return *s, true
	}
	return importedRoster{}, false
}
