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

// maxLag is how far behind the ledger the archive may be, in seconds.
const maxLag = 10

// checkTime bounds each of doctor's questions.
const checkTime = 5 * time.Second

// finding is one line of doctor.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warn, fail, or skip where an earlier failure leaves nothing to look at
	Detail string `json:"detail,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

const (
	good    = "ok"
	warned  = "warn"
	failed  = "fail"
	skipped = "skip"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check that everything a page needs is in order", Args: args(cobra.NoArgs),
		Long: "Check that everything a page needs is in order: one line for each check, and exit code 1 when one fails.",
		RunE: func(c *cobra.Command, _ []string) error {
			all := a.examine(c.Context())
			if a.json {
				if err := object(a.stdout, all); err != nil {
					return err
				}
			} else {
				a.showFindings(all)
			}
			if n := failures(all); n > 0 {
				return fault{err: fmt.Errorf("%s failed", count(n, "check", "checks")), code: codeFailed}
			}
			return nil
		},
	}
}

func failures(all []finding) int {
	n := 0
	for _, f := range all {
		if f.State == failed {
			n++
		}
	}
	return n
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

// visit is one examination: what was learnt so far decides what can still be asked.
type visit struct {
	app     *app
	client  *client.Client
	all     []finding
	reached bool // the gateway answers
	let     bool // the token is good
	files   map[string]string
}

func (a *app) examine(ctx context.Context) []finding {
	v := &visit{app: a, client: a.client()}
	for _, check := range []func(context.Context) finding{v.server, v.ready, v.token, v.catalog, v.contacts, v.duty, v.calendars, v.sending, v.ledger, v.lag} {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		v.all = append(v.all, check(ctx))
		cancel()
	}
	return v.all
}

// judge makes a finding of an error; the hint is the check's own, or that of the error.
func judge(check, detail string, err error, hint string) finding {
	if err == nil {
		return finding{Check: check, State: good, Detail: detail}
	}
	if hint == "" {
		hint = classify(err).hint
	}
	return finding{Check: check, State: failed, Detail: err.Error(), Hint: hint}
}

func (v *visit) server(ctx context.Context) finding {
	err := v.client.Reachable(ctx)
	v.reached = err == nil
	return judge("the gateway answers", v.client.BaseURL(), err, "")
}

func (v *visit) ready(ctx context.Context) finding {
	const check = "it can accept alerts durably"
	if !v.reached {
		return finding{Check: check, State: skipped}
	}
	return judge(check, "", v.client.Ready(ctx), "see the log of 'tocsin up': storage, NATS or the catalog is not in order")
}

func (v *visit) token(ctx context.Context) finding {
	const check = "the API token is good"
	if !v.reached {
		return finding{Check: check, State: skipped}
	}
	_, err := v.client.Incidents(ctx, client.Query{Limit: 1})
	v.let = err == nil
	return judge(check, "", err, "")
}

func (v *visit) catalog(ctx context.Context) finding {
	const check = "a catalog is in force"
	if !v.let {
		return finding{Check: check, State: skipped}
	}
	now, err := v.client.Catalog(ctx)
	v.files = now.Files
	return judge(check, "revision "+brief(now.Revision), err, "'tocsin catalog check DIR' finds faults, 'tocsin catalog apply DIR' puts it in force")
}

// contacts reads the catalog in force once more, as it would be checked offline.
func (v *visit) contacts(context.Context) finding {
	const check = "every person has a contact method"
	if v.files == nil {
		return finding{Check: check, State: skipped}
	}
	files := make(map[string][]byte, len(v.files))
	for name, text := range v.files {
		files[name] = []byte(text)
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		return judge(check, "", fmt.Errorf("this build reads faults in it: %w", faults[0]), "are gateway and this program of one version?")
	}
	var without []string
	for id, person := range c.People {
		if len(person.Contacts) == 0 {
			without = append(without, id)
		}
	}
	if len(without) > 0 {
		return judge(check, "", fmt.Errorf("not so: %s", strings.Join(without, ", ")), "add a contact to them in the catalog")
	}
	return judge(check, count(len(c.People), "person", "people"), nil, "")
}

func (v *visit) duty(ctx context.Context) finding {
	const check = "every schedule has somebody on call now"
	if v.files == nil {
		return finding{Check: check, State: skipped}
	}
	all, err := v.client.Duties(ctx, time.Time{})
	if err != nil {
		return judge(check, "", err, "")
	}
	var empty []string
	for _, d := range all {
		if len(d.People) == 0 {
			empty = append(empty, d.Schedule)
		}
	}
	if len(empty) > 0 {
		return judge(check, "", fmt.Errorf("nobody in %s", strings.Join(empty, ", ")), "'tocsin oncall who' says when that changes; a later level of the policy may page instead")
	}
	return judge(check, count(len(all), "schedule", "schedules"), nil, "")
}

// calendars warns of imported calendars that cannot be used: whoever was read before stays on call, for
// as long as that reaches.
func (v *visit) calendars(ctx context.Context) finding {
	const check = "every imported calendar can be read"
	if v.files == nil {
		return finding{Check: check, State: skipped}
	}
	all, err := v.client.Schedules(ctx)
	if err != nil {
		return judge(check, "", err, "")
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
		return finding{Check: check, State: warned, Detail: strings.Join(wrong, "; "), Hint: "'tocsin schedule show' tells what counts instead, and all that is left out"}
	}
	return judge(check, count(imported, "calendar", "calendars"), nil, "")
}

// sending warns of a shadow run, in which everything is in order and nobody is paged.
func (v *visit) sending(ctx context.Context) finding {
	const check = "pages are sent"
	if !v.reached {
		return finding{Check: check, State: skipped}
	}
	text, err := v.client.Metrics(ctx)
	if err != nil {
		return judge(check, "", err, "")
	}
	if shadow, _ := sum(text, "tocsin_shadow"); shadow > 0 {
		return finding{
			Check: check, State: warned, Detail: "NO: this is a SHADOW RUN, which records every page and sends none",
			Hint: "start it without --shadow, and without TOCSIN_SHADOW, to page people",
		}
	}
	return judge(check, "", nil, "")
}

func (v *visit) ledger(ctx context.Context) finding {
	return v.measure(ctx, "the ledger is whole", "tocsin_recorder_faults_total", func(n float64) error {
		if n > 0 {
			return fmt.Errorf("the recorder found %v faults in it", n)
		}
		return nil
	}, "the recorder's log names incidents and positions")
}

func (v *visit) lag(ctx context.Context) finding {
	return v.measure(ctx, "the archive keeps up with the ledger", "tocsin_recorder_lag_seconds", func(s float64) error {
		if s > maxLag {
			return fmt.Errorf("it was %.0f s behind", s)
		}
		return nil
	}, "timelines are late, pages are not; see the recorder's log and the disk")
}

// measure judges the sum of a metric; where this gateway has none, the recorder runs elsewhere.
func (v *visit) measure(ctx context.Context, check, metric string, bad func(float64) error, hint string) finding {
	if !v.reached {
		return finding{Check: check, State: skipped}
	}
	text, err := v.client.Metrics(ctx)
	if err != nil {
		return judge(check, "", err, "")
	}
	value, ok := sum(text, metric)
	if !ok {
		return finding{Check: check, State: skipped, Detail: "this gateway has no recorder beside it"}
	}
	return judge(check, "", bad(value), hint)
}

// sum adds all series of one metric in the text format of Prometheus.
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
