package adviser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// source is the CloudEvents source of the adviser's commands.
const source = "tocsin/adviser"

// fresh is how long after the opening of an incident its suggestions are followed. It is shorter than the
// bus remembers message ids, so a command that is sent twice arrives once.
const fresh = 5 * time.Minute

// Config of an adviser.
type Config struct {
	// Archive has the state of incidents. Required.
	Archive archive.Reader
	// History makes the suggestions; the adviser sets its OnOpen. Required.
	History *live.History
	// Publisher takes the commands for INTAKE. Required.
	Publisher bus.Publisher
	// Partitions is the number of partitions of services. Required.
	Partitions int
	// Catalog returns the catalog in force, or nil while there is none. Required.
	Catalog func() *catalog.Catalog
	// Every is how often it looks. Defaults to 1 s.
	Every time.Duration
	// Clock returns the time. Defaults to time.Now.
	Clock func() time.Time
	// Log defaults to none.
	Log *zap.Logger
	// Metrics takes the counter of followed suggestions. Defaults to a registry that nobody reads.
	Metrics prometheus.Registerer
}

// WithDefaults sets the fields that are zero.
func (c Config) WithDefaults() Config {
	c.Every = cmp.Or(c.Every, time.Second)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.Log = cmp.Or(c.Log, zap.NewNop())
	c.Metrics = cmp.Or[prometheus.Registerer](c.Metrics, prometheus.NewRegistry())
	return c
}

// Validate reports every missing field.
func (c Config) Validate() error {
	var faults []error
	for _, one := range []struct {
		what    string
		missing bool
	}{{"Archive", c.Archive == nil}, {"History", c.History == nil}, {"Publisher", c.Publisher == nil}, {"Partitions", c.Partitions < 1}, {"Catalog", c.Catalog == nil}} {
		if one.missing {
			faults = append(faults, errors.New("adviser: "+one.what+" is missing"))
		}
	}
	return errors.Join(faults...)
}

// Adviser follows suggestions. One goroutine may call Run or Turn.
type Adviser struct {
	cfg      Config
	waiting  []opening // incidents whose suggestions may be followed, oldest first
	followed prometheus.Counter

	mu     sync.Mutex
	opened []opening // since the last turn
}

type opening struct {
	incident string
	at       time.Time
}

// New returns an adviser. It must be called before the history is used.
func New(cfg Config) (*Adviser, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := &Adviser{cfg: cfg.WithDefaults(), followed: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "tocsin_adviser_followed_total", Help: "Suggestions that were followed because a policy says so.",
	})}
	if err := a.cfg.Metrics.Register(a.followed); err != nil {
		return nil, fmt.Errorf("adviser: %w", err)
	}
	a.cfg.History.OnOpen(func(incident string, at time.Time) {
		if a.cfg.Clock().Sub(at) < fresh {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.opened = append(a.opened, opening{incident, at})
		}
	})
	return a, nil
}

// Run follows suggestions until ctx is done; then it returns nil. Errors of the archive and the bus are
// logged and retried. While no policy follows suggestions it reads nothing.
func (a *Adviser) Run(ctx context.Context) error {
	ticker := time.NewTicker(a.cfg.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := a.Turn(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.Error("suggestions are not followed, trying again", zap.Error(err))
		}
	}
}

// Turn follows the suggestions for incidents that opened lately, if their policies say so.
func (a *Adviser) Turn(ctx context.Context) error {
	c := a.cfg.Catalog()
	if c == nil || len(c.Suggestions) == 0 {
		a.collect()
		return nil
	}
	if err := a.cfg.History.Update(ctx); err != nil {
		return err
	}
	a.collect()
	var faults []error
	left := a.waiting[:0]
	for _, o := range a.waiting {
		wait, err := a.consider(ctx, c, o)
		if err != nil {
			faults = append(faults, err)
		}
		if wait || err != nil {
			left = append(left, o)
		}
	}
	a.waiting = left
	return errors.Join(faults...)
}

// collect takes in the incidents that opened since the last turn and drops those that are no longer fresh.
func (a *Adviser) collect() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting = slices.DeleteFunc(append(a.waiting, a.opened...), func(o opening) bool { return a.cfg.Clock().Sub(o.at) >= fresh })
	a.opened = nil
}

// consider follows the suggestion for one incident; wait means that it should be considered again.
func (a *Adviser) consider(ctx context.Context, c *catalog.Catalog, o opening) (wait bool, err error) {
	i, err := a.cfg.Archive.Incident(ctx, o.incident)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil // removed meanwhile
	}
	if err != nil {
		return false, err
	}
	followed := c.Suggestions[i.Policy].Escalate
	policy := c.Rules.Policies[i.Policy]
	if followed == nil || policy == nil || i.Status != timeline.Triggered {
		return false, nil
	}
	made, _, err := a.cfg.History.Suggestions(ctx, i.ID)
	if err != nil {
		return false, err
	}
	for _, s := range made {
		if s.Kind != suggest.Escalate || s.AtLeast < followed.At || s.Evidence.Of < followed.Min {
			continue
		}
		if i.Level >= s.Action.Level || s.Action.Level > len(policy.Levels) {
			return false, nil
		}
		if i.Level == 0 { // nobody was paged yet: wait until the policy has begun
			return true, nil
		}
		return false, a.follow(ctx, i, s)
	}
	return false, nil
}

// follow publishes the command that the suggestion proposes, unless it was decided before.
func (a *Adviser) follow(ctx context.Context, i archive.Incident, s suggest.Suggestion) error {
	e := events.New(events.EscalationReceived{
		Command: events.Command{Incident: i.ID, By: suggest.By, Via: suggest.By, Note: reason(s)},
		Level:   s.Action.Level, IfNeeded: true,
	})
	e.ID, e.Source, e.Time = events.DeriveID(suggest.By, i.ID, s.Kind), source, a.cfg.Clock().UTC()
	e.Subject, e.Service, e.Team, e.Actor = i.ID, i.Service, i.Team, suggest.By
	caused, err := a.cfg.Archive.Caused(ctx, e.ID)
	if err != nil || len(caused) > 0 {
		return err
	}
	if err := intake.Put(ctx, a.cfg.Publisher, events.Partition(i.Service, a.cfg.Partitions), intake.Commands, e.ID, e); err != nil {
		return fmt.Errorf("follow a suggestion: %w", err)
	}
	a.followed.Inc()
	a.cfg.Log.Info("a suggestion is followed", zap.String("incident", i.ID), zap.String("policy", i.Policy), zap.String("says", s.Says))
	return nil
}

// mostNamed is how many incidents a command names as evidence.
const mostNamed = 10

// reason puts the evidence on one line, for the timeline.
func reason(s suggest.Suggestion) string {
	ids := s.Evidence.Incidents
	return strings.Join(strings.Fields(fmt.Sprintf("suggested: %s; %s %s, at least %.0f %%: %s",
		s.Says, s.Evidence.Basis, s.Evidence.Among, 100*s.AtLeast, strings.Join(ids[:min(len(ids), mostNamed)], " "))), " ")
}
