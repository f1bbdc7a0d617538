package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/verify"
)

// replayer holds the flags of `replay`, and what they refer to.
type replayer struct {
	*app
	address, file, archive      string
	from, to, zone, night       string
	catalog, baseline           string
	diff, reroute, again        bool
	format, out, export, resume string
	publish, speed              string
	period                      measure.Period
	nightHours                  measure.Hours
	history                     *backtest.History
	recheck                     *verify.Recheck // with --verify of a file or an archive
	startedAt                   time.Time
	candidate, other            *catalog.Catalog // --catalog and --baseline
}

func newReplay(a *app) *cobra.Command {
	r := &replayer{app: a}
	c := &cobra.Command{
		Use: "replay", Short: "Replay history: verify it, or backtest another catalog", Args: args(cobra.NoArgs),
		Long: `Replay history through the rules.

Without --catalog, verify it: decide every recorded input again with the catalog of its time, and compare the
facts with the ledger byte for byte. The exit code is 1 if there are differences.

With --catalog, backtest that catalog: play the inputs of the period through it on virtual time. The result says
who would have been paged, when, and how often at night, and which incidents would have been acknowledged
earlier or not at all. --diff compares this with what was recorded, or with the catalog of --baseline.

History comes from NATS, which keeps inputs for 30 days; or with --archive from the archive, which goes back
further; or with --from-file from a file with one CloudEvent per line: an export of the archive, intake facts that
'tocsin archive import' made of another system's history, or what --export wrote. With --catalog and --verify, a
file or an archive is verified as far as possible: the inputs are derived from the decisions and decided again.

With --publish NAME, publish the facts on tocsin.replay.NAME.> to try out subscribers. This pages nobody.

docs/replay.md lists the assumptions, and what a file cannot prove.`,
		Example: `  tocsin replay --from 2026-03-01 --to 2026-04-01
  tocsin replay --catalog next --diff --format md
  tocsin replay --from-file history.jsonl --catalog next --baseline tocsin.d --json
  tocsin replay --archive /var/lib/tocsin/archive.db --catalog tocsin.d --verify
  tocsin replay --from 2026-03-01T08:00 --to 2026-03-01T10:00 --publish drill --speed 10`,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c) },
	}
	f := c.Flags()
	natsVar(f, &r.address)
	f.StringVar(&r.file, "from-file", "", fromFileUsage)
	f.StringVar(&r.archive, "archive", "", "read facts from this archive instead of NATS: a SQLite `file`, or postgres://…")
	f.StringVar(&r.from, "from", "", "start: only records from this `instant` on are verified, only incidents opened from then on are counted")
	f.StringVar(&r.to, "to", "", "end: only what happened before this `instant`")
	f.StringVar(&r.zone, "timezone", "UTC", "time `zone` of --from and --to if they have none")
	f.StringVar(&r.catalog, "catalog", "", "`folder` of the catalog to backtest")
	f.BoolVar(&r.again, "verify", false, "with --catalog: decide a file or an archive again, and list differences")
	f.BoolVar(&r.diff, "diff", false, "compare the backtest with what was recorded, or with --baseline")
	f.StringVar(&r.baseline, "baseline", "", "`folder` of a catalog to compare with instead of what was recorded; implies --diff")
	f.BoolVar(&r.reroute, "reroute", false, "route every alert by the catalog, even if its recorded service exists")
	f.StringVar(&r.night, "night", "22:00-07:00", "hours in which a page counts as at night, in each person's time zone")
	f.StringVar(&r.format, "format", "table", "table, json or md (a comment for a pull request)")
	f.StringVar(&r.out, "out", "", "write to this `file` (default: stdout)")
	f.StringVar(&r.export, "export", "", "only write the inputs of the period to this `file`, as intake facts; - writes to stdout")
	f.StringVar(&r.resume, "resume", "", "save checkpoints to this `file`, and continue from it if it exists")
	f.StringVar(&r.publish, "publish", "", "publish the facts on tocsin.replay.`NAME`.>")
	f.StringVar(&r.speed, "speed", "1", "with --publish: 1 is the original speed, `N` is N times as fast, max does not wait")
	return c
}

// collectAt is the growth of the heap, in percent, at which a replay collects garbage. A short run can spend
// memory on speed.
const collectAt = 400

func (r *replayer) run(c *cobra.Command) (err error) {
	r.startedAt = r.now()
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt))
	if err := r.check(c); err != nil {
		return err
	}
	switch {
	case r.export != "":
		return r.exportIntake(c.Context())
	case r.publish != "":
		return r.republish(c.Context())
	case r.catalog == "":
		return r.verifyStreams(c.Context())
	case r.again:
		return r.verifyDecisions(c.Context())
	}
	return r.backtest(c.Context())
}

// check parses the flags and rejects combinations that make no sense.
func (r *replayer) check(c *cobra.Command) (err error) {
	if r.json {
		r.format = "json"
	}
	r.diff = r.diff || r.baseline != ""
	switch {
	case !slices.Contains([]string{"table", "json", "md"}, r.format):
		return misuse("--format %q: not one of table, json, md", r.format)
	case r.catalog == "" && (r.diff || r.reroute):
		return misuse("--diff, --baseline and --reroute need --catalog")
	case r.file != "" && r.archive != "":
		return misuse("--from-file and --archive cannot be combined")
	case r.again && r.catalog != "" && r.stored() == "":
		return misuse("--verify with --catalog needs --from-file or --archive; to verify from NATS, which has each catalog, drop --catalog")
	case r.again && (r.diff || r.reroute || r.publish != "" || r.resume != "" && r.catalog != ""):
		return misuse("--verify cannot be combined with --diff, --baseline, --reroute or --publish, nor for a file or an archive with --resume")
	case r.again && r.format == "md":
		return misuse("--verify supports the formats table and json")
	case r.export != "" && (r.stored() != "" || r.catalog != "" || r.publish != "" || r.again):
		return misuse("--export writes the inputs that NATS has; only --from and --to can be combined with it")
	case r.publish == "" && c.Flags().Changed("speed"):
		return misuse("--speed needs --publish")
	}
	zone, err := timezone(r.zone)
	if err != nil {
		return err
	}
	if r.period.From, r.period.To, err = reportPeriod(r.from, r.to, zone); err != nil {
		return err
	}
	r.nightHours, err = measure.ParseHours(r.night)
	if err != nil {
		return misuse("--night: %w", err)
	}
	if r.stored() != "" && r.catalog == "" && r.publish == "" {
		return fault{
			err:  fmt.Errorf("%s contains no catalog: name one with --catalog", r.kind()),
			hint: "with --verify name the catalog of that time; or verify from NATS, which has each catalog", code: codeUsage,
		}
	}
	if r.catalog == "" {
		return nil
	}
	if r.candidate, err = catalogIn("--catalog", r.catalog); err != nil || r.baseline == "" {
		return err
	}
	r.other, err = catalogIn("--baseline", r.baseline)
	return err
}

// stored returns the file or the archive that is read instead of NATS; empty for neither.
func (r *replayer) stored() string { return cmp.Or(r.file, r.archive) }

// kind describes [replayer.stored].
func (r *replayer) kind() string {
	if r.archive != "" {
		return "an archive"
	}
	return "a file"
}

// backtest plays the history through the catalog, and through the baseline if there is one.
func (r *replayer) backtest(ctx context.Context) error {
	if err := r.load(ctx); err != nil {
		return err
	}
	nights := backtest.NightsOf(r.candidate, r.nightHours)
	began := time.Now()
	saved := r.checkpoints(fmt.Sprintf("backtest reroute=%v", r.reroute))
	b, err := r.play(ctx, r.candidate, saved, nil)
	if err != nil {
		return err
	}
	took := time.Since(began)
	result := backtest.Summarize(r.history, b, r.period, nights)
	result.Timed(took)
	if r.diff {
		before := r.history.Recorded()
		if r.other != nil {
			base, err := r.play(ctx, r.other, nil, nil)
			if err != nil {
				return err
			}
			before = base.Outcomes()
		}
		result.Diff = backtest.Compare(before, b.Outcomes(), r.period, nights)
		if r.other != nil {
			result.Diff.Against, result.Baseline = "baseline", r.other.Rules.Revision
		}
	}
	if err := r.output(r.out, 0o644, func(w io.Writer) error { return renderBacktest(result, r.format, w) }); err != nil {
		return err
	}
	return saved.done()
}

func renderBacktest(result backtest.Result, format string, w io.Writer) error {
	switch format {
	case "json":
		return object(w, result)
	case "md":
		return result.Markdown(w)
	}
	fmt.Fprintf(w, "%s\n%s\n", clean(result.Headline()), clean(result.Subtitle()))
	for _, s := range result.Sections() {
		section(w, s.Title, s.Head, s.Rows)
		if s.Left > 0 {
			fmt.Fprintf(w, "and %d more\n", s.Left)
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n%d inputs in %.3f s, %.0f per second\n", clean(result.Footnote()), result.Inputs, result.DurationS, result.InputsPerS)
	return err
}
