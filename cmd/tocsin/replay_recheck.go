package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/whatif/verify"
)

// rechecked is the result of `replay --verify` for a file or an archive.
type rechecked struct {
	Mode    string         `json:"mode"` // "verify"
	Period  measure.Period `json:"period"`
	Catalog string         `json:"catalog"` // revision
	Inputs  int            `json:"inputs"`  // derived and decided again
	verify.Rechecked
	DurationS  float64 `json:"duration_s"`
	InputsPerS float64 `json:"inputs_per_s"`
}

// verifyDecisions derives the inputs from recorded decisions, decides them again and compares the two.
func (r *replayer) verifyDecisions(ctx context.Context) error {
	r.recheck = &verify.Recheck{}
	if err := r.load(ctx); err != nil {
		return err
	}
	if !r.history.FromDecisions() {
		return fault{
			err:  fmt.Errorf("%s contains inputs, and no decisions to verify", r.stored()),
			hint: "use an export of 'tocsin archive export'; inputs can be backtested, without --verify",
		}
	}
	began := time.Now()
	b, err := r.play(ctx, r.candidate, nil, r.recheck.Decided)
	if err != nil {
		return err
	}
	took := time.Since(began)
	out := rechecked{
		Mode: "verify", Period: r.period, Catalog: r.candidate.Rules.Revision, Inputs: b.Played(),
		Rechecked: r.recheck.Verdict(r.period, r.candidate.Rules.Revision),
		DurationS: float64(took.Milliseconds()) / 1000, InputsPerS: float64(int(float64(b.Played()) / took.Seconds())),
	}
	if err := r.output(r.out, 0o644, func(w io.Writer) error { return renderRechecked(out, r.format, w) }); err != nil {
		return err
	}
	if out.Different > 0 {
		return fault{err: errDiffers, hint: out.hint()}
	}
	return nil
}

// hint says where to look for the cause of differences.
func (r rechecked) hint() string {
	if r.Elsewhere > 0 {
		return fmt.Sprintf("%s opened with another catalog: use the catalog of that time, or limit the period with --from and --to", count(r.Elsewhere, "incident"))
	}
	return "docs/replay.md explains each kind of difference, and what a file cannot prove"
}

func renderRechecked(v rechecked, format string, w io.Writer) error {
	if format == "json" {
		return object(w, v)
	}
	fmt.Fprintf(w, "%s: %s derived and decided again with catalog %.12s, %s of %s compared\n",
		differences(v.Different), count(v.Inputs, "input"), v.Catalog, count(v.Facts, "fact"), count(v.Incidents, "incident"))
	for _, why := range slices.Sorted(maps.Keys(v.Unproven)) {
		fmt.Fprintf(w, "not compared: %s: %s\n", count(v.Unproven[why], "fact"), why)
	}
	if v.Elsewhere > 0 {
		fmt.Fprintf(w, "opened with another catalog: %s\n", count(v.Elsewhere, "incident"))
	}
	for _, d := range v.Deviations {
		fmt.Fprintln(w)
		renderDeviation(d, w)
	}
	if more := v.Different - len(v.Deviations); more > 0 {
		fmt.Fprintf(w, "\nand %d more\n", more)
	}
	_, err := fmt.Fprintf(w, "%.3f s, %.0f inputs per second\n", v.DurationS, v.InputsPerS)
	return err
}

func renderDeviation(d verify.Deviation, w io.Writer) {
	fmt.Fprintf(w, "%s  %s", d.Kind, clean(d.Type))
	if d.About != "" {
		fmt.Fprintf(w, " (%s)", clean(d.About))
	}
	fmt.Fprintf(w, " of %s %q", clean(d.Service), clean(d.DedupKey))
	if d.Incident != "" {
		fmt.Fprintf(w, ", incident %s", clean(brief(d.Incident)))
	}
	fmt.Fprintf(w, ", %s", d.At.Format(time.RFC3339))
	if d.Line > 0 {
		fmt.Fprintf(w, ", line %d", d.Line)
	}
	for _, line := range d.Diff {
		fmt.Fprintf(w, "\n  %s", clean(line))
	}
	fmt.Fprintln(w)
}
