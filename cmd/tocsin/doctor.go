package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/client"
)

// maxLag is how far the archive may be behind the ledger, in seconds.
const maxLag = 10

// checkTime bounds each check.
const checkTime = 5 * time.Second

// finding is the result of a check.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warn, fail, or skip if an earlier failure makes the check impossible
	Detail string `json:"detail,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

const (
	passed  = "ok"
	warned  = "warn"
	failed  = "fail"
	skipped = "skip"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check that everything a page needs is in order", Args: args(cobra.NoArgs),
		Long: `Check that everything a page needs is in order, and print a line per check: ok, warn, fail, or skip. The exit
code is 1 if a check fails.`,
		RunE: func(c *cobra.Command, _ []string) error {
			all := a.examine(c.Context())
			if err := a.show(all, func() { a.showFindings(all) }); err != nil {
				return err
			}
			n := 0
			for _, f := range all {
				if f.State == failed {
					n++
				}
			}
			if n > 0 {
				return fmt.Errorf("%s failed", count(n, "check"))
			}
			return nil
		},
	}
}

func (a *app) showFindings(all []finding) {
	for _, f := range all {
		text := f.Check
		if f.Detail != "" {
			text += ": " + f.Detail
		}
		fmt.Fprintf(a.stdout, "%-4s  %s\n", f.State, clean(text))
		if f.Hint != "" {
			fmt.Fprintf(a.stdout, "      hint: %s\n", clean(f.Hint))
		}
	}
}

// examination is one run of doctor. Early checks decide which later ones are possible.
type examination struct {
	client     *client.Client
	reached    bool              // the gateway answers
	authorized bool              // the token is valid
	files      map[string]string // the catalog in force
}

// check is a check with its name. It returns a detail for a passed check, or an error; a [fault] brings its own
// hint.
type check struct {
	name     string
	possible func(*examination) bool // nil: always
	run      func(*examination, context.Context) (finding, error)
}

var checks = []check{
	{"the gateway answers", nil, (*examination).server},
	{"the gateway can store alerts durably", isReached, (*examination).ready},
	{"the API token is valid", isReached, (*examination).token},
	{"a catalog is in force", func(v *examination) bool { return v.authorized }, (*examination).catalog},
	{"every person has a contact method", hasCatalog, (*examination).contacts},
	{"every schedule has somebody on call now", hasCatalog, (*examination).duties},
	{"every imported calendar is readable", hasCatalog, (*examination).calendars},
	{"pages are sent", isReached, (*examination).sending},
	{"the ledger is complete", isReached, (*examination).ledger},
	{"the archive keeps up with the ledger", isReached, (*examination).lag},
}

func isReached(v *examination) bool  { return v.reached }
func hasCatalog(v *examination) bool { return v.files != nil }

func (a *app) examine(ctx context.Context) (all []finding) {
	v := &examination{client: a.client()}
	for _, c := range checks {
		f := finding{State: skipped}
		if c.possible == nil || c.possible(v) {
			ctx, cancel := context.WithTimeout(ctx, checkTime)
			var err error
			if f, err = c.run(v, ctx); err != nil {
				f = finding{State: failed, Detail: err.Error(), Hint: classify(err).hint}
			} else if f.State == "" {
				f.State = passed
			}
			cancel()
		}
		f.Check = c.name
		all = append(all, f)
	}
	return all
}

func (v *examination) server(ctx context.Context) (finding, error) {
	err := v.client.Reachable(ctx)
	v.reached = err == nil
	return finding{Detail: v.client.BaseURL()}, err
}

func (v *examination) ready(ctx context.Context) (finding, error) {
	if err := v.client.Ready(ctx); err != nil {
		return finding{}, fault{err: err, hint: "see the log of 'tocsin up': it says what is wrong with the storage, NATS or the catalog"}
	}
	return finding{}, nil
}

func (v *examination) token(ctx context.Context) (finding, error) {
	_, err := v.client.Incidents(ctx, client.Query{Limit: 1})
	v.authorized = err == nil
	return finding{}, err
}

func (v *examination) catalog(ctx context.Context) (finding, error) {
	now, err := v.client.Catalog(ctx)
	if err != nil {
		return finding{}, fault{err: err, hint: "'tocsin catalog check DIR' finds faults, 'tocsin catalog apply DIR' puts a catalog in force"}
	}
	v.files = now.Files
	return finding{Detail: "revision " + brief(now.Revision)}, nil
}

// contacts parses the catalog in force again, as an offline check does.
func (v *examination) contacts(context.Context) (finding, error) {
	files := make(map[string][]byte, len(v.files))
	for name, text := range v.files {
		files[name] = []byte(text)
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		return finding{}, fault{err: fmt.Errorf("this version of tocsin finds a fault in it: %w", faults[0]), hint: "use the same version as the gateway"}
	}
	var without []string
	for id, person := range c.People {
		if len(person.Contacts) == 0 {
			without = append(without, id)
		}
	}
	if len(without) > 0 {
		return finding{}, fault{err: fmt.Errorf("missing for %s", strings.Join(without, ", ")), hint: "add a contact for them to the catalog"}
	}
	return finding{Detail: count(len(c.People), "person", "people")}, nil
}

func (v *examination) duties(ctx context.Context) (finding, error) {
	all, err := v.client.Duties(ctx, time.Time{})
	if err != nil {
		return finding{}, err
	}
	var empty []string
	for _, d := range all {
		if len(d.People) == 0 {
			empty = append(empty, d.Schedule)
		}
	}
	if len(empty) > 0 {
		return finding{}, fault{
			err:  fmt.Errorf("nobody in %s", strings.Join(empty, ", ")),
			hint: "'tocsin oncall who' shows when that changes; until then only other levels of the policy page somebody",
		}
	}
	return finding{Detail: count(len(all), "schedule")}, nil
}

// calendars warns of imported calendars that cannot be used. Their last good version stays in use until its
// last shift.
func (v *examination) calendars(ctx context.Context) (finding, error) {
	all, err := v.client.Schedules(ctx)
	if err != nil {
		return finding{}, err
	}
	imported := 0
	var wrong []string
	for _, one := range all {
		if one.Import == nil {
			continue
		}
		imported++
		switch {
		case one.Import.Fault != "":
			wrong = append(wrong, one.Schedule+": "+one.Import.Fault)
		case len(one.Import.LeftOut) > 0:
			wrong = append(wrong, one.Schedule+": "+one.Import.LeftOut[0])
		}
	}
	if len(wrong) > 0 {
		return finding{State: warned, Detail: strings.Join(wrong, "; "), Hint: "'tocsin schedule show' shows which shifts are used instead, and all events that are left out"}, nil
	}
	return finding{Detail: count(imported, "calendar")}, nil
}

// sending warns of a shadow run, which looks healthy and pages nobody.
func (v *examination) sending(ctx context.Context) (finding, error) {
	shadow, _, err := v.metric(ctx, "tocsin_shadow")
	if err == nil && shadow > 0 {
		return finding{
			State: warned, Detail: "NO: this is a SHADOW RUN, which records every page and sends none",
			Hint: "to page people, start it without --shadow and without TOCSIN_SHADOW",
		}, nil
	}
	return finding{}, err
}

const noRecorder = "the recorder runs in another process"

func (v *examination) ledger(ctx context.Context) (finding, error) {
	n, ok, err := v.metric(ctx, "tocsin_recorder_faults_total")
	switch {
	case err == nil && !ok:
		return finding{State: skipped, Detail: noRecorder}, nil
	case n > 0:
		return finding{}, fault{err: fmt.Errorf("the recorder found %v faults in it", n), hint: "the recorder's log names the incidents and positions"}
	}
	return finding{}, err
}

func (v *examination) lag(ctx context.Context) (finding, error) {
	seconds, ok, err := v.metric(ctx, "tocsin_recorder_lag_seconds")
	switch {
	case err == nil && !ok:
		return finding{State: skipped, Detail: noRecorder}, nil
	case seconds > maxLag:
		return finding{}, fault{err: fmt.Errorf("it is %.0f s behind", seconds), hint: "timelines are late, pages are not; see the recorder's log and check the disk"}
	}
	return finding{}, err
}

// metric returns the sum of a metric of the gateway's process, and whether it has the metric.
func (v *examination) metric(ctx context.Context, name string) (value float64, ok bool, err error) {
	text, err := v.client.Metrics(ctx)
	if err != nil {
		return 0, false, err
	}
	value, ok = sum(text, name)
	return value, ok, nil
}

// sum adds up all series of a metric in the text format of Prometheus.
func sum(text, metric string) (total float64, found bool) {
	for _, l := range strings.Split(text, "\n") {
		rest, ok := strings.CutPrefix(l, metric)
		if !ok || rest == "" || rest[0] != '{' && rest[0] != ' ' {
			continue
		}
		if value, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64); err == nil {
			total, found = total+value, true
		}
	}
	return total, found
}
