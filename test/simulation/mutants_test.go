package simulation

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// mutant is a planted bug; its zero value is none.
type mutant struct {
	name string
	// laws are the numbers of those that may catch it first.
	laws []string

	engine, notifier, recorder func(w *world, b bus.Bus) bus.Bus
	skew                       time.Duration // of the first engine's clock
	dropAnswers                bool          // the notifier's channel says "later" although the page was taken
	loseFact                   bool          // the archive keeps less than it is given
	losePublish                bool          // the bus says yes and stores nothing
}

func wrap(f func(*world, bus.Bus) bus.Bus, w *world, b bus.Bus) bus.Bus {
	if f == nil {
		return b
	}
	return f(w, b)
}

func (m mutant) engineBus(w *world, b bus.Bus) bus.Bus   { return wrap(m.engine, w, b) }
func (m mutant) notifierBus(w *world, b bus.Bus) bus.Bus { return wrap(m.notifier, w, b) }
func (m mutant) recorderBus(w *world, b bus.Bus) bus.Bus { return wrap(m.recorder, w, b) }

func (m mutant) publish(w *world, msg bus.Message) error {
	if m.losePublish && w.chance(0.02) {
		return nil
	}
	return w.bus.Publish(w.ctx, msg)
}

// unfenced lets a stale owner append.
type unfenced struct{ bus.Bus }

func (b unfenced) Append(ctx context.Context, s bus.Stream, p int, after uint64, m bus.Message) (uint64, error) {
	seq, err := b.Bus.Append(ctx, s, p, after, m)
	if !errors.Is(err, bus.ErrFenced) {
		return seq, err
	}
	if after, err = b.Newest(ctx, s, p); err != nil {
		return 0, err
	}
	return b.Bus.Append(ctx, s, p, after, m)
}

// skipping hands out a stream with holes.
type skipping struct {
	bus.Bus
	w      *world
	stream bus.Stream
	p      float64
}

func (b skipping) Read(ctx context.Context, s bus.Stream, p int, after uint64) (bus.Reader, error) {
	r, err := b.Bus.Read(ctx, s, p, after)
	if err != nil || s != b.stream {
		return r, err
	}
	return holes{r, b}, nil
}

type holes struct {
	bus.Reader
	b skipping
}

func (h holes) Poll(max int) ([]bus.Message, error) {
	got, err := h.Reader.Poll(max)
	var out []bus.Message
	for _, m := range got {
		if !h.b.w.chance(h.b.p) {
			out = append(out, m)
		}
	}
	return out, err
}

// retelling announces some batches twice, by looking the fence up again.
type retelling struct {
	bus.Bus
	w *world
}

func (b retelling) Announce(ctx context.Context, p int, fence, position uint64, all []bus.Message) (uint64, error) {
	next, err := b.Bus.Announce(ctx, p, fence, position, all)
	if err == nil && b.w.chance(0.02) {
		return b.Bus.Announce(ctx, p, next, position, all)
	}
	return next, err
}

// omitting announces some batches without their first fact.
type omitting struct {
	bus.Bus
	w *world
}

func (b omitting) Announce(ctx context.Context, p int, fence, position uint64, all []bus.Message) (uint64, error) {
	if len(all) > 0 && b.w.chance(0.02) {
		all = all[1:]
	}
	return b.Bus.Announce(ctx, p, fence, position, all)
}

// impatient says that no input waits. What a takeover asks of the whole of INTAKE stays true.
type impatient struct{ bus.Bus }

func (b impatient) Newest(ctx context.Context, s bus.Stream, p int) (uint64, error) {
	if s == bus.Intake && p == bus.All {
		return b.Bus.Newest(ctx, s, p)
	}
	return 0, nil
}

// careless says that a record is stored when it is not.
type careless struct {
	bus.Bus
	w *world
}

func (b careless) Append(ctx context.Context, s bus.Stream, p int, after uint64, m bus.Message) (uint64, error) {
	if b.w.chance(0.02) {
		return after, nil
	}
	return b.Bus.Append(ctx, s, p, after, m)
}

// renaming asks again for a page under another id, as if it were new.
type renaming struct{ bus.Bus }

func (b renaming) Append(ctx context.Context, s bus.Stream, p int, after uint64, m bus.Message) (uint64, error) {
	lines := events.Lines(m.Body)
	for i, line := range lines {
		e, err := events.Decode(line)
		if err != nil {
			return 0, err
		}
		if again, ok := e.Data.(events.PageRequested); ok && again.Asked > 1 {
			again.Page, again.Asked = events.DeriveID("again", again.Page), 1
			e.Data = again
			if lines[i], err = e.Encode(); err != nil {
				return 0, err
			}
		}
	}
	m.Body = events.JoinLines(lines)
	return b.Bus.Append(ctx, s, p, after, m)
}

// forgetful stores a snapshot of nothing under the name of a full one.
type forgetful struct{ bus.Bus }

func (b forgetful) Get(ctx context.Context, name string) ([]byte, error) {
	got, err := b.Bus.Get(ctx, name)
	if err == nil && strings.HasPrefix(name, "snapshot.") {
		for i := range got { // the sequence it stands for is one too high
			if got[i] >= '0' && got[i] < '9' {
				got = append([]byte(nil), got...)
				got[i]++
				break
			}
		}
	}
	return got, err
}

// lying tells the other partition of a merge that was refused that it was done.
type lying struct{ bus.Bus }

func (b lying) Publish(ctx context.Context, m bus.Message) error {
	all, err := events.DecodeBatch(m.Body)
	if err != nil {
		return err
	}
	for i, e := range all {
		if answer, ok := e.Data.(events.MergeAnswered); ok {
			answer.Accepted = true
			all[i].Data = answer
		}
	}
	if m.Body, err = events.EncodeBatch(all); err != nil {
		return err
	}
	return b.Bus.Publish(ctx, m)
}

func mutants() []mutant {
	return []mutant{
		{name: "the bus ignores the engine's fence", laws: []string{"9"}, engine: func(_ *world, b bus.Bus) bus.Bus { return unfenced{b} }},
		{name: "the bus ignores the notifier's fence", laws: []string{"9"}, notifier: func(_ *world, b bus.Bus) bus.Bus { return unfenced{b} }},
		{name: "the provider's answers are dropped", laws: []string{"4"}, dropAnswers: true},
		{name: "an engine's reader skips a message", laws: []string{"1"}, engine: func(w *world, b bus.Bus) bus.Bus { return skipping{b, w, bus.Intake, 0.02} }},
		{name: "a notifier's reader skips a record", laws: []string{"3", "5"}, notifier: func(w *world, b bus.Bus) bus.Bus { return skipping{b, w, bus.Ledger, 0.05} }},
		{name: "the recorder's reader skips a record", laws: []string{"7"}, recorder: func(w *world, b bus.Bus) bus.Bus { return skipping{b, w, bus.Ledger, 0.02} }},
		{name: "a takeover skips a record", laws: []string{"1", "2", "7", "8"}, engine: func(w *world, b bus.Bus) bus.Bus { return skipping{b, w, bus.Ledger, 0.02} }},
		{name: "the teller leaves a fact out", laws: []string{"8"}, engine: func(w *world, b bus.Bus) bus.Bus { return omitting{b, w} }},
		{name: "the teller repeats", laws: []string{"8"}, engine: func(w *world, b bus.Bus) bus.Bus { return retelling{b, w} }},
		{name: "the archive loses a fact", laws: []string{"7"}, loseFact: true},
		{name: "a page is asked for again under a new id", laws: []string{"2"}, engine: func(_ *world, b bus.Bus) bus.Bus { return renaming{b} }},
		{name: "an engine's clock runs ahead", laws: []string{"6"}, skew: 30 * time.Second},
		{name: "an engine does not wait for inputs", laws: []string{"5"}, engine: func(_ *world, b bus.Bus) bus.Bus { return impatient{b} }},
		{name: "a notifier does not wait for acknowledgements", laws: []string{"5"}, notifier: func(_ *world, b bus.Bus) bus.Bus { return impatient{b} }},
		{name: "claims are not on disk", laws: []string{"2", "4", "9"}, notifier: func(w *world, b bus.Bus) bus.Bus { return careless{b, w} }},
		{name: "decisions are not on disk", laws: []string{"1", "7", "9"}, engine: func(w *world, b bus.Bus) bus.Bus { return careless{b, w} }},
		{name: "an accepted alert is not on disk", laws: []string{"1"}, losePublish: true},
		{name: "a merge that was refused is told as done", laws: []string{"10"}, engine: func(_ *world, b bus.Bus) bus.Bus { return lying{b} }},
		{name: "a snapshot says that it is newer than it is", laws: []string{"1", "2", "3", "7", "panic"}, engine: func(_ *world, b bus.Bus) bus.Bus { return forgetful{b} }},
	}
}

// TestPlantedBugs proves that the laws see what they are there for: each bug is caught soon.
func TestPlantedBugs(t *testing.T) {
	for _, m := range mutants() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(200) {
				broken := newWorld(seed+1, m).run(stepsPerSeed)
				if broken == nil {
					continue
				}
				t.Logf("seed %d: %s: %.200s", seed+1, broken.law, broken.text)
				number, _, _ := strings.Cut(broken.law, " ")
				require.Contains(t, m.laws, number, broken.text)
				return
			}
			require.Fail(t, "nobody noticed")
		})
	}
}
