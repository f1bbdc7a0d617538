package adviser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// source is the CloudEvents source of what is asked here.
const source = "tocsin/adviser"

// fresh is how long after its opening a suggestion is followed; one that is older comes too late to
// be of use. It is shorter than the bus remembers the ids of messages.
const fresh = 5 * time.Minute

// Archive is what an adviser asks.
type Archive interface {
	archive.Reader
	archive.Follower
}

// Config is what an adviser needs.
type Config struct {
	// Archive is what is remembered. Required.
	Archive Archive
	// Publisher takes commands for INTAKE. Required.
	Publisher bus.Publisher
	// Partitions is the number of partitions of services. Required.
	Partitions int
	// Catalog gives the catalog in force, or nil while there is none. Required.
	Catalog func() *catalog.Catalog
	// Every is how often it looks. Defaults to 1 s.
	Every time.Duration
	// Clock gives the time. Defaults to time.Now.
	Clock func() time.Time
	// Log takes what a person should see. Defaults to none.
	Log *zap.Logger
	// Metrics takes the counter of suggestions that were followed. Defaults to a registry that nobody reads.
	Metrics prometheus.Registerer
}

// WithDefaults fills what was left empty.
func (c Config) WithDefaults() Config {
	if c.Every == 0 {
		c.Every = time.Second
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	return c
}

// Validate reports everything that is wrong.
func (c Config) Validate() error {
	var faults []error
	for _, one := range []struct {
		what    string
		missing bool
	}{{"Archive", c.Archive == nil}, {"Publisher", c.Publisher == nil}, {"Partitions", c.Partitions < 1}, {"Catalog", c.Catalog == nil}} {
		if one.missing {
			faults = append(faults, errors.New("adviser: "+one.what+" is missing"))
		}
	}
	return errors.Join(faults...)
}

// Adviser follows suggestions. One goroutine may call Run or Turn.
type Adviser struct {
	cfg      Config
	history  *History
	waiting  []opening // incidents that a suggestion may be followed for, oldest first
	followed prometheus.Counter
}

type opening struct {
	incident string
	at       time.Time
}

// New makes an adviser that has read nothing yet.
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
	a.history = NewHistory(cfg.Archive)
	a.history.told = func(incident string, at time.Time) {
		if a.cfg.Clock().Sub(at) < fresh {
			a.waiting = append(a.waiting, opening{incident, at})
		}
	}
	return a, nil
}

// Run looks until ctx is done; then it returns nil. Errors of the archive and the bus are logged and
// tried again. While no policy follows a suggestion nothing is read.
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

// Turn follows the suggestions for incidents that opened lately, where their policies say so.
func (a *Adviser) Turn(ctx context.Context) error {
	c := a.cfg.Catalog()
	if c == nil || len(c.Suggestions) == 0 {
		return nil
	}
	if err := a.history.with(ctx, func() {}); err != nil {
		return err
	}
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

// consider looks at one incident, and says whether to look again.
func (a *Adviser) consider(ctx context.Context, c *catalog.Catalog, o opening) (wait bool, err error) {
	if a.cfg.Clock().Sub(o.at) >= fresh {
		return false, nil
	}
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
	made, _, err := a.history.Suggestions(ctx, i.ID)
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
		if i.Level == 0 { // nobody was paged yet: the climb waits for something
			return true, nil
		}
		return false, a.follow(ctx, i, s)
	}
	return false, nil
}

// follow asks for what the suggestion says, unless it was asked for before.
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

// mostNamed is how many incidents a timeline names as evidence.
const mostNamed = 10

// reason writes the evidence for the timeline, on one line.
func reason(s suggest.Suggestion) string {
	ids := s.Evidence.Incidents
	return strings.Join(strings.Fields(fmt.Sprintf("suggested: %s; %s %s, at least %.0f %%: %s",
		s.Says, s.Evidence.Basis, s.Evidence.Among, 100*s.AtLeast, strings.Join(ids[:min(len(ids), mostNamed)], " "))), " ")
}
