package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
	bussed "tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/internal/whatif/verify/streams"
	"tocsin.dev/pkg/events"
)

// connect opens the bus on NATS. Tocsin must have created its streams there already.
func (r *replayer) connect(ctx context.Context) (*bussed.Bus, func(), error) {
	conn, err := r.dial(r.address, "tocsin replay", bussed.Replayer)
	if err != nil {
		return nil, nil, err
	}
	b, err := openBus(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return b, func() { b.Close(); conn.Close() }, nil
}

func openBus(ctx context.Context, conn *nats.Conn) (*bussed.Bus, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{events.StreamIntake, events.StreamLedger} { // opening the bus would create them
		if _, err := js.Stream(ctx, name); errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil, noStream(name)
		} else if err != nil {
			return nil, fmt.Errorf("look up stream %s: %w", name, err)
		}
	}
	return bussed.Open(ctx, conn, bussed.Config{})
}

// verification is the result of `replay` without a catalog.
type verification struct {
	Mode   string         `json:"mode"` // "verify"
	Period measure.Period `json:"period"`
	verify.Verdict
	// OldestInput is the time of the oldest message in INTAKE; zero if it is empty.
	OldestInput time.Time `json:"oldest_input,omitzero"`
	DurationS   float64   `json:"duration_s"`
	InputsPerS  float64   `json:"inputs_per_s"`
}

// errDiffers is the error of a verification that found differences.
var errDiffers = errors.New("the rules now decide differently from what was recorded")

func (r *replayer) verifyStreams(ctx context.Context) error {
	b, done, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	source := streams.Streams{Bus: b, Foreign: cloudevents.FromNATS}
	out := verification{Mode: "verify", Period: r.period}
	var kept uint64
	for m, err := range source.Intake(ctx, bus.All, 0) {
		if err != nil {
			return err
		}
		kept, out.OldestInput = m.Seq, m.At.UTC()
		break
	}
	bar := r.progress("inputs")
	defer bar.end()
	v := &verify.Verifier{Period: r.period, Catalog: streams.Catalogs(ctx, revisions.NewStore(b, r.now))}
	saved := r.checkpoints("verify " + b.Installation())
	if err := saved.load(v.Resume); err != nil {
		return err
	}
	v.After = func() error {
		bar.show(v.Verdict().Inputs, 0)
		if err := ctx.Err(); err != nil {
			return errors.Join(err, saved.save(v.Checkpoint))
		}
		return saved.saveIfDue(v.Checkpoint)
	}
	began, before := time.Now(), v.Verdict().Inputs
	services, _ := b.Partitions()
	for p := range services {
		if err := v.Partition(source.Partition(ctx, p, kept)); err != nil {
			return err
		}
	}
	out.Verdict = v.Verdict()
	took := time.Since(began)
	out.DurationS = float64(took.Milliseconds()) / 1000
	out.InputsPerS = float64(int(float64(out.Inputs-before) / took.Seconds()))
	bar.end()
	if err := saved.done(); err != nil {
		return err
	}
	if err := r.output(r.out, 0o644, func(w io.Writer) error { return renderVerification(out, r.format, w) }); err != nil {
		return err
	}
	if out.Different > 0 {
		return fault{err: errDiffers, hint: "docs/replay.md explains each kind of difference"}
	}
	return nil
}

func renderVerification(v verification, format string, w io.Writer) error {
	if format == "json" {
		return object(w, v)
	}
	fmt.Fprintf(w, "%s: %s decided again, %s compared, in %s and %s\n",
		differences(v.Different), count(v.Inputs, "input"), count(v.Facts, "fact"), count(v.Records, "record"), count(v.Partitions, "partition"))
	if v.LostRecords > 0 {
		fmt.Fprintf(w, "not verified: %s of %s, whose inputs are no longer in INTAKE (its oldest is from %s)\n",
			count(v.Lost, "fact"), count(v.LostRecords, "record"), v.OldestInput.Format(time.RFC3339))
	}
	if v.Undecided > 0 {
		fmt.Fprintf(w, "not recorded yet: %s after the last record, undecided or without effect\n", count(v.Undecided, "input"))
	}
	for _, d := range v.Differences {
		fmt.Fprintf(w, "\n%s  partition %d, record %d, fact %d: %s", d.Kind, d.Partition, d.Record, d.Fact, clean(d.Type))
		if d.Incident != "" {
			fmt.Fprintf(w, " of incident %s", clean(d.Incident))
		}
		if d.Input != "" {
			fmt.Fprintf(w, ", input %s", clean(d.Input))
		} else {
			fmt.Fprint(w, ", by time")
		}
		for _, line := range d.Diff {
			fmt.Fprintf(w, "\n  %s", clean(line))
		}
		fmt.Fprintln(w)
	}
	if more := v.Different - len(v.Differences); more > 0 {
		fmt.Fprintf(w, "\nand %d more\n", more)
	}
	_, err := fmt.Fprintf(w, "%.3f s, %.0f inputs per second\n", v.DurationS, v.InputsPerS)
	return err
}

// differences counts differences.
func differences(n int) string {
	if n == 0 {
		return "no differences"
	}
	return count(n, "difference")
}

// loadStreams reads INTAKE and LEDGER. It plays everything, so that incidents that were open at the start of the
// period are open, but counts only those that opened in it.
func (r *replayer) loadStreams(ctx context.Context) error {
	b, done, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	bar, n := r.progress("facts read"), 0
	defer bar.end()
	source := streams.Streams{Bus: b, Foreign: cloudevents.FromNATS}
	if err := r.readLedger(ctx, source, func(e events.Event) error {
		n++
		bar.show(n, 0)
		r.history.Decided(e)
		return nil
	}); err != nil {
		return err
	}
	for m, err := range source.Intake(ctx, bus.All, 0) {
		if err != nil {
			return err
		}
		for _, e := range m.Events {
			n++
			bar.show(n, 0)
			if e.Time.IsZero() {
				e.Time = m.At.UTC()
			}
			if r.period.To.IsZero() || e.Time.Before(r.period.To) {
				r.history.Asked(e)
			}
		}
	}
	r.history.Close()
	if r.history.Len() == 0 {
		return fault{err: errors.New("INTAKE has no inputs of the period"), hint: "it keeps inputs for 30 days; the archive goes back further, see --archive"}
	}
	return nil
}

// readLedger calls each for every fact of the ledger before the end of the period.
func (r *replayer) readLedger(ctx context.Context, source streams.Streams, each func(events.Event) error) error {
	for rec, err := range source.Records(ctx, bus.All, 0) {
		if err != nil {
			return err
		}
		for n, line := range rec.Lines {
			e, err := events.Decode(line)
			if err != nil {
				return fmt.Errorf("record %d, fact %d: %w", rec.Seq, n+1, err)
			}
			if !r.period.To.IsZero() && !e.Time.Before(r.period.To) {
				break
			}
			if err := each(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportIntake writes the inputs of the period as intake facts. Commands name their incident by its dedup key, as in
// every history.
func (r *replayer) exportIntake(ctx context.Context) error {
	b, done, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	source := streams.Streams{Bus: b, Foreign: cloudevents.FromNATS}
	names := backtest.Names{}
	if err := r.readLedger(ctx, source, func(e events.Event) error { names.Fact(e); return nil }); err != nil {
		return err
	}
	n, unnamed := 0, 0
	bar := r.progress("facts written")
	defer bar.end()
	write := func(w io.Writer) error {
		for m, err := range source.Intake(ctx, bus.All, 0) {
			if err != nil {
				return err
			}
			var some []events.Event
			for _, e := range m.Events {
				if e.Time.IsZero() {
					e.Time = m.At.UTC()
				}
				named, ok := names.Foreign(e)
				switch {
				case !r.period.Holds(e.Time), !backtest.Portable(e):
				case !ok:
					unnamed++
				default:
					some = append(some, named)
				}
			}
			n += len(some)
			bar.show(n, 0)
			if err := history.Write(w, some); err != nil {
				return err
			}
		}
		return nil
	}
	if err := r.output(r.export, 0o600, write); err != nil {
		return err
	}
	bar.end()
	if unnamed > 0 {
		fmt.Fprintf(r.stderr, "skipped %s about incidents that are not in the ledger\n", count(unnamed, "fact"))
	}
	if r.json {
		return object(r.stderr, map[string]any{"facts": n, "left_out": unnamed})
	}
	fmt.Fprintf(r.stderr, "wrote %s\n", count(n, "fact"))
	return nil
}
