package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/internal/whatif/verify/streams"
	"tocsin.dev/pkg/events"
)

const catalogText = `
people:
  ana: {contact: [{console: true}]}
  bo: {contact: [{console: true}]}
teams: {shop: {lead: ana, members: [ana, bo]}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies:
  shop:
    levels: [{page: [person:ana], ack_within: 5m}, {page: [person:bo], ack_within: 5m}]
    unacknowledge_after: 20m
`

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// past is a bus on which an engine has decided for some hours, with several owners after each other.
type past struct {
	bus   *inmem.Bus
	store *revisions.Store
	now   time.Time

	ids  []string // of incidents
	read int      // records looked through for them
}

func (p *past) clock() time.Time { return p.now }

// live lets an engine decide random inputs. The same seed gives the same past.
func live(t *testing.T, seed uint64) *past {
	t.Helper()
	p := &past{now: start}
	p.bus = inmem.New(inmem.Config{Partitions: 1, Clock: p.clock})
	p.store = revisions.NewStore(p.bus, p.clock)
	p.apply(t, catalogText)
	draw := rand.New(rand.NewPCG(seed, 1))
	for owner := range 4 {
		e, err := engine.New(engine.Config{
			Bus: p.bus, Catalogs: revisions.NewStore(p.bus, p.clock), Foreign: cloudevents.FromNATS, Instance: fmt.Sprint("engine-", owner), Clock: p.clock,
		})
		require.NoError(t, err)
		o, err := e.Take(t.Context(), 0)
		require.NoError(t, err)
		for n := range 40 {
			p.ask(t, draw, owner*40+n)
			for progress := draw.IntN(4) > 0; progress; {
				progress, err = o.Turn(t.Context())
				require.NoError(t, err)
			}
			p.now = p.now.Add(time.Duration(draw.IntN(300)) * time.Second)
		}
		o.Close()
		if owner == 1 {
			p.apply(t, catalogText+"\n# changed\n")
		}
	}
	return p
}

func (p *past) apply(t *testing.T, text string) {
	t.Helper()
	rev, faults, err := p.store.Apply(t.Context(), map[string][]byte{"catalog.yaml": []byte(text)}, "test")
	require.NoError(t, err)
	require.NotEmpty(t, rev, "%v", faults)
}

// ask puts one message of a few events on INTAKE.
func (p *past) ask(t *testing.T, draw *rand.Rand, n int) {
	t.Helper()
	ids := p.incidents(t)
	var all []events.Event
	for i := range 1 + draw.IntN(3) {
		key := fmt.Sprint("k", draw.IntN(4))
		a := events.Alert{Key: key, Summary: key, StartsAt: p.now}
		var data events.Data = events.AlertReceived{Alert: a}
		switch draw.IntN(6) {
		case 0:
			data = events.AlertCleared{Alert: a}
		case 1, 2:
			if len(ids) > 0 {
				c := events.Command{Incident: ids[draw.IntN(len(ids))], By: "person:ana"}
				data = []events.Data{events.AcknowledgementReceived{Command: c}, events.ResolutionReceived{Command: c}, events.NoteReceived{Command: c}}[draw.IntN(3)]
			}
		}
		e := events.New(data)
		e.ID, e.Source, e.Time, e.Service = fmt.Sprintf("in-%d-%d", n, i), "test", p.now, "checkout"
		all = append(all, e)
	}
	body, err := events.EncodeBatch(all)
	require.NoError(t, err)
	require.NoError(t, p.bus.Publish(t.Context(), bus.Message{Subject: events.IntakeSubject(0, "x"), Body: body}))
}

// incidents gives those that were opened so far.
func (p *past) incidents(t *testing.T) []string {
	t.Helper()
	all := p.bus.Messages(bus.Ledger)
	for _, m := range all[p.read:] {
		for _, line := range events.Lines(m.Body) {
			if e, err := events.Decode(line); err == nil && e.Data.Name() == "incident.triggered" {
				p.ids = append(p.ids, e.Subject)
			}
		}
	}
	p.read = len(all)
	return p.ids
}

func (p *past) partition(ctx context.Context, t *testing.T) verify.Partition {
	t.Helper()
	s := streams.Streams{Bus: p.bus, Foreign: cloudevents.FromNATS}
	kept, err := s.Kept(ctx)
	require.NoError(t, err)
	return s.Partition(ctx, 0, kept)
}

func (p *past) verifier(t *testing.T) *verify.Verifier {
	t.Helper()
	return &verify.Verifier{Catalog: streams.Catalogs(t.Context(), p.store)}
}

func (p *past) verify(t *testing.T, part verify.Partition, period measure.Period) verify.Verdict {
	t.Helper()
	v := p.verifier(t)
	v.Period = period
	require.NoError(t, v.Partition(part))
	return v.Verdict()
}

// changed hands on each record as it is, or as change makes it.
func changed(part verify.Partition, change func(*verify.Record)) verify.Partition {
	was := part.Records
	part.Records = func(after uint64) iter.Seq2[verify.Record, error] {
		return func(yield func(verify.Record, error) bool) {
			for r, err := range was(after) {
				r.Lines = append([][]byte(nil), r.Lines...)
				change(&r)
				if !yield(r, err) {
					return
				}
			}
		}
	}
	return part
}

func TestVerifyFindsNothing(t *testing.T) {
	for seed := range uint64(4) {
		p := live(t, seed)
		v := p.verify(t, p.partition(t.Context(), t), measure.Period{})
		require.Empty(t, v.Differences)
		require.Greater(t, v.Inputs, 150)
		require.Greater(t, v.Facts, 150)
		require.Positive(t, v.Nothing)
		require.Zero(t, v.LostRecords)
	}
}

// TestVerifyFinds changes one record of the past and asks for the difference.
func TestVerifyFinds(t *testing.T) {
	p := live(t, 1)
	part := p.partition(t.Context(), t)
	records := map[string]uint64{} // by the name of their first fact, where it is not an incident's only one
	for r, err := range part.Records(0) {
		require.NoError(t, err)
		if len(r.Lines) >= 3 {
			e, err := events.Decode(r.Lines[0])
			require.NoError(t, err)
			records[e.Data.Name()] = r.Seq
		}
	}
	at := records["incident.triggered"]
	require.NotZero(t, at)
	on := func(seq uint64, change func(*verify.Record)) func(*verify.Record) {
		return func(r *verify.Record) {
			if r.Seq == seq {
				change(r)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*verify.Record)
		kind   string
		says   string
	}{
		"another page": {on(at, func(r *verify.Record) {
			for n := range r.Lines {
				r.Lines[n] = bytes.Replace(r.Lines[n], []byte(`"target":"person:ana"`), []byte(`"target":"person:bo"`), 1)
			}
		}), verify.Changed, `data.target: ledger "person:bo", rules "person:ana"`},
		"another reason": {on(at, func(r *verify.Record) {
			r.Lines[0] = bytes.Replace(r.Lines[0], []byte(`"actor":"alert"`), []byte(`"actor":"nobody"`), 1)
		}), verify.Changed, `actor: ledger "nobody", rules "alert"`},
	} {
		t.Run(name, func(t *testing.T) {
			v := p.verify(t, changed(part, c.change), measure.Period{})
			require.NotEmpty(t, v.Differences)
			d := v.Differences[0]
			require.Equal(t, c.kind, d.Kind)
			require.Equal(t, at, d.Record)
			require.NotEmpty(t, d.Input)
			require.Contains(t, d.Diff, c.says)
			require.Len(t, v.Differences, v.Different)
		})
	}
	t.Run("one difference does not lead to others", func(t *testing.T) {
		v := p.verify(t, changed(part, on(at, func(r *verify.Record) {
			r.Lines[0] = bytes.Replace(r.Lines[0], []byte(`"actor":"alert"`), []byte(`"actor":"nobody"`), 1)
		})), measure.Period{})
		require.Equal(t, 1, v.Different)
	})
	t.Run("a fact is missing", func(t *testing.T) {
		last := uint64(0) // of a last record's last fact nothing depends on it
		for r := range part.Records(0) {
			if len(r.Lines) > 0 {
				last = r.Seq
			}
		}
		v := p.verify(t, changed(part, on(last, func(r *verify.Record) { r.Lines = r.Lines[:len(r.Lines)-1] })), measure.Period{})
		if v.Different == 0 { // time decided it: what the ledger does not show may yet come
			return
		}
		require.Equal(t, verify.Missing, v.Differences[0].Kind)
		require.JSONEq(t, "null", string(v.Differences[0].Expected))
	})
	t.Run("a fact too many", func(t *testing.T) {
		v := p.verify(t, changed(part, on(at, func(r *verify.Record) {
			e := events.New(events.CommandRefused{Incident: "x", Command: "note.received"})
			e.ID, e.Time = "made-up", r.Now
			line, err := e.Encode()
			require.NoError(t, err)
			r.Lines = append(r.Lines, line)
		})), measure.Period{})
		require.Equal(t, 1, v.Different)
		require.Equal(t, verify.Extra, v.Differences[0].Kind)
	})
	t.Run("a catalog that is not kept", func(t *testing.T) {
		v := verify.Verifier{Catalog: func(string) (*rules.Catalog, error) { return nil, errors.New("gone") }}
		require.ErrorContains(t, v.Partition(part), "gone")
	})
}

// TestVerifyMissesADeadline takes away every fact that time led to, from some instant on.
func TestVerifyMissesADeadline(t *testing.T) {
	p := live(t, 3)
	var lost string
	part := changed(p.partition(t.Context(), t), func(r *verify.Record) {
		r.Lines = slices.DeleteFunc(r.Lines, func(line []byte) bool {
			e, err := events.Decode(line)
			require.NoError(t, err)
			if lost == "" && e.CausationID == "" && e.Subject != "" {
				lost = e.Subject
			}
			return lost != "" && (e.Subject == lost || strings.Contains(string(line), lost))
		})
	})
	v := p.verify(t, part, measure.Period{})
	require.NotEmpty(t, lost)
	require.True(t, slices.ContainsFunc(v.Differences, func(d verify.Difference) bool {
		return d.Kind == verify.Missing && d.Input == "" && d.Incident == lost
	}), "a missed deadline is told")
}

// TestVerifyPeriod: records before the period build the state and are not compared.
func TestVerifyPeriod(t *testing.T) {
	p := live(t, 4)
	part := p.partition(t.Context(), t)
	whole := p.verify(t, part, measure.Period{})
	middle := start.Add(3 * time.Hour)
	first, second := p.verify(t, part, measure.Period{To: middle}), p.verify(t, part, measure.Period{From: middle})
	require.Positive(t, first.Facts)
	require.Positive(t, second.Facts)
	require.Equal(t, whole.Facts, first.Facts+second.Facts)
	require.Empty(t, append(first.Differences, second.Differences...))
}

// TestVerifyWithoutInputs: what INTAKE has dropped is said, and what follows is verified again.
func TestVerifyWithoutInputs(t *testing.T) {
	p := live(t, 5)
	part := p.partition(t.Context(), t)
	whole := p.verify(t, part, measure.Period{})
	const kept = 70
	was := part.Intake
	part.Kept = kept
	part.Intake = func(after uint64) iter.Seq2[verify.Message, error] { return was(max(after, kept-1)) }
	v := p.verify(t, part, measure.Period{})
	require.Empty(t, v.Differences)
	require.Positive(t, v.LostRecords)
	require.Positive(t, v.Facts)
	require.Equal(t, whole.Facts, v.Facts+v.Lost)
}

var errStop = errors.New("stop")

// TestVerifyResumes: a verification that is broken off anywhere and goes on gives the same verdict.
func TestVerifyResumes(t *testing.T) {
	p := live(t, 6)
	part := changed(p.partition(t.Context(), t), func(r *verify.Record) {
		if r.Seq%17 == 0 && len(r.Lines) > 0 {
			r.Lines[0] = bytes.Replace(r.Lines[0], []byte(`"source":"tocsin/engine"`), []byte(`"source":"somebody"`), 1)
		}
	})
	want := p.verify(t, part, measure.Period{})
	require.Positive(t, want.Different)
	var checkpoint []byte
	breaks := 0
	for {
		v := p.verifier(t)
		if checkpoint != nil {
			require.NoError(t, v.Resume(checkpoint))
		}
		records := 0
		v.After = func() (err error) {
			if records++; records < 7 {
				return nil
			}
			breaks++
			if checkpoint, err = v.Checkpoint(); err != nil {
				return err
			}
			return errStop
		}
		err := v.Partition(part)
		if errors.Is(err, errStop) {
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, v.Verdict())
		break
	}
	require.Greater(t, breaks, 10)
	other := p.verifier(t)
	other.Period.From = start
	require.ErrorIs(t, other.Resume(checkpoint), verify.ErrCheckpoint)
	require.Error(t, other.Resume([]byte("{")))
}
