package crash

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// laws asks what the streams, the sender and the receiver's ledger say together.
func (a *audit) laws(t *testing.T, s *sender) {
	t.Helper()
	for n := range s.accepted {
		require.Contains(t, a.alerts, n, "alert %s was accepted and has no incident", n)
	}
	for id := range s.commands {
		require.True(t, a.causes[id], "command %s was accepted and led to nothing", id)
	}
	require.Len(t, s.accepted, a.w.alerts)
	require.Len(t, a.incidents, a.w.alerts, "each alert is one incident")
	require.Less(t, a.worst, unwantedFor, "a page was claimed long after it was superseded")
	a.everyPageArrived(t)
	a.noRepeatAfterRecord(t)
	for _, word := range a.unexplained(repeats(a.w.receiver.snapshot())) {
		t.Error(word)
	}
}

// unwantedFor bounds how long after a page's end the notifier may claim it: it looks at the ledger
// before it claims, by an answer that is at most a second old, and then the claim is stored.
const unwantedFor = 3 * time.Second

// everyPageArrived: what was due was received, and what counts as delivered was delivered.
func (a *audit) everyPageArrived(t *testing.T) {
	t.Helper()
	arrived := map[string]bool{}
	for _, r := range a.w.receiver.snapshot() {
		require.Contains(t, a.pages, r.Page, "a page arrived that nobody decided")
		if r.Answer == answerOK {
			arrived[r.Page] = true
		}
	}
	for id, p := range a.pages {
		require.False(t, p.failed, "page %s failed although the receiver was there", id)
		if p.delivered || !p.superseded {
			require.True(t, arrived[id], "page %s of incident %s for %s was due and never arrived", id, p.incident, p.target)
		}
	}
}

// noRepeatAfterRecord: once a 2xx is on disk, that notification is never sent again.
func (a *audit) noRepeatAfterRecord(t *testing.T) {
	t.Helper()
	for _, r := range a.w.receiver.snapshot() {
		if at, ok := a.recorded[r.ID]; ok {
			require.False(t, r.At.After(at), "notification %s arrived %s after its answer was recorded", r.ID, r.At.Sub(at))
		}
	}
}

// repeat is a request whose notification may have arrived before.
type repeat struct {
	received
	// since is when the first request of the same id came that was answered 2xx; zero when all
	// before were cut off.
	since time.Time
	// cut says that a request before was cut off.
	cut bool
}

// repeats returns them in the order of arrival. A request after a plain 5xx is none: that one was
// refused, and both sides know it.
func repeats(all []received) []repeat {
	slices.SortFunc(all, func(x, y received) int { return x.At.Compare(y.At) })
	type past struct {
		taken time.Time
		cut   bool
	}
	seen := map[string]past{}
	var out []repeat
	for _, r := range all {
		before := seen[r.ID]
		if !before.taken.IsZero() || before.cut {
			out = append(out, repeat{received: r, since: before.taken, cut: before.cut})
		}
		if r.Answer == answerOK && before.taken.IsZero() {
			before.taken = r.At
		}
		before.cut = before.cut || r.Answer == answerCut
		seen[r.ID] = before
	}
	return out
}

// unexplained returns every repeat that breaks a law: each must say of itself that it may be one,
// and one of a notification that was taken needs a kill between the two that could have lost the
// answer: of a notifier, or of the NATS that should have kept it.
func (a *audit) unexplained(all []repeat) []string {
	var out []string
	for _, r := range all {
		if !r.Repeat {
			out = append(out, fmt.Sprintf("notification %s of page %s came again at %s without a mark", r.ID, r.Page, r.At.Format(time.RFC3339Nano)))
		}
		if !r.since.IsZero() && !slices.ContainsFunc(a.w.fleet.kills(), func(k kill) bool {
			return k.losesAnswers() && k.at.After(r.since.Add(-inFlight)) && k.at.Before(r.At)
		}) {
			out = append(out, fmt.Sprintf("notification %s of page %s was taken at %s and came again at %s, and no kill lies between",
				r.ID, r.Page, r.since.Format(time.RFC3339Nano), r.At.Format(time.RFC3339Nano)))
		}
	}
	return out
}

// inFlight is how long a request may lie in the buffers of a connection: it arrives although its
// sender is dead already.
const inFlight = time.Second

func (k kill) losesAnswers() bool {
	return k.name == "up" || k.name == "nats" || strings.HasPrefix(k.name, "notifier")
}

// told: EVENTS has each public fact of the ledger once, and in the order of each incident.
func (a *audit) told(ctx context.Context) (missing int, err error) {
	count, last := map[string]int{}, map[string]uint64{}
	f := &follower{bus: a.bus, stream: bus.Events}
	err = f.catchUp(ctx, func(m bus.Message) error {
		if strings.HasPrefix(m.Subject, events.SubjectTold+".") {
			return nil
		}
		e, err := events.DecodeNATS(m.Header, m.Body)
		if err != nil {
			return err
		}
		if count[e.ID]++; count[e.ID] > a.public[e.ID] {
			return fmt.Errorf("fact %s was told %d times and decided %d times", e.ID, count[e.ID], a.public[e.ID])
		}
		if e.IncidentSeq <= last[e.Subject] {
			return fmt.Errorf("fact %d of incident %s was told after fact %d", e.IncidentSeq, e.Subject, last[e.Subject])
		}
		last[e.Subject] = e.IncidentSeq
		return nil
	})
	for id, n := range a.public {
		missing += n - count[id]
	}
	return missing, err
}

// pid reads the process out of an instance's name: service-host-pid-random.
func pid(owner string) int {
	parts := strings.Split(owner, "-")
	if len(parts) < 4 {
		return 0
	}
	n, _ := strconv.Atoi(parts[len(parts)-2]) // 0 is nobody's
	return n
}

// kills returns them in order.
func (f *fleet) kills() []kill {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.killed)
}

// summary is the line of figures.
func (a *audit) summary(s *sender) string {
	byName := map[string]int{}
	for _, k := range a.w.fleet.kills() {
		byName[k.name]++
	}
	var killed []string
	for _, spec := range a.w.fleet.specs {
		killed = append(killed, fmt.Sprintf("%s %d", spec.Name, byName[spec.Name]))
	}
	again := repeats(a.w.receiver.snapshot())
	taken := 0
	for _, r := range again {
		if !r.since.IsZero() {
			taken++
		}
	}
	return fmt.Sprintf("kills: %s | alerts %d (%d bodies sent again) | incidents %d | pages %d | requests %d | repeats %d of a page that was taken, %d after a cut | claimed after the end was wanted %d, at most %s | longest gap: engine %s, notifier %s | decided again: %d inputs, %d facts, %d differences in %s",
		strings.Join(killed, ", "), len(s.accepted), s.retries, len(a.order), len(a.pages), len(a.w.receiver.snapshot()),
		taken, len(again)-taken, a.unwanted, a.worst.Round(time.Millisecond), a.gaps["engine"].Round(time.Millisecond), a.gaps["notifier"].Round(time.Millisecond),
		a.verdict.Inputs, a.verdict.Facts, a.verdict.Different, a.verified.Round(time.Millisecond))
}
