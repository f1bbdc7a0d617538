package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/sqlite"
)

// askedTimes is how often each kind of question is asked.
const askedTimes = 200

// memory is what became of the archive.
type memory struct {
	incidents, facts int
	lists            []listResult
	// rebuild is how long `tocsin archive import` took for all facts, again the same from its export.
	rebuild, again time.Duration
	cpu            float64 // of the first, seconds
	first, second  string  // their digests
}

type listResult struct {
	name  string
	found float64 // incidents in an answer, on average
	took  []time.Duration
}

// remember measures lists among many incidents, and a rebuild, on SQLite.
func (b *bench) remember(ctx context.Context) error {
	m := &b.results.memory
	m.incidents, m.facts = b.incidents, b.facts
	if err := b.lists(ctx, m); err != nil {
		return fmt.Errorf("lists: %w", err)
	}
	if err := b.rebuild(ctx, m); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return nil
}

// lists asks for fifty of so many incidents in every way that people do, and in some they would not.
func (b *bench) lists(ctx context.Context, m *memory) (err error) {
	a, err := sqlite.Open(filepath.Join(b.dir, "crowd.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := crowd(ctx, a, b.incidents); err != nil {
		return err
	}
	ask := asker{rand.New(rand.NewPCG(3, 4)), b.incidents}
	for _, kind := range ask.kinds() {
		r := listResult{name: kind.name}
		found := 0
		for range askedTimes {
			q := kind.query()
			began := time.Now()
			all, err := a.Incidents(ctx, q)
			r.took = append(r.took, time.Since(began))
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			found += len(all)
		}
		slices.Sort(r.took)
		r.found = float64(found) / askedTimes
		m.lists = append(m.lists, r)
	}
	return nil
}

// asker draws questions.
type asker struct {
	*rand.Rand
	incidents int
}

type question struct {
	name  string
	query func() archive.Query
}

func (d asker) one(form string, of int) string { return fmt.Sprintf(form, d.IntN(of)) }

// since returns a random period of so many days.
func (d asker) since(q archive.Query, days int) archive.Query {
	q.From = crowdStart.Add(time.Duration(d.IntN(d.incidents)) * time.Minute)
	q.To = q.From.Add(time.Duration(days) * 24 * time.Hour)
	return q
}

func (d asker) kinds() []question {
	fixed := func(q archive.Query) func() archive.Query { return func() archive.Query { return q } }
	all := func(fill func(*archive.Query)) func() archive.Query {
		return func() archive.Query {
			q := archive.Query{Status: "all"}
			fill(&q)
			return q
		}
	}
	service := func() string { return d.one("service-%d", 300) }
	person := func() string { return d.one("person:p%d", 200) }
	cluster := func() map[string]string { return map[string]string{"cluster": d.one("c%d", 20)} }
	return []question{
		{"open", fixed(archive.Query{})},
		{"all", fixed(archive.Query{Status: "all"})},
		{"resolved", fixed(archive.Query{Status: "resolved"})},
		{"acknowledged", fixed(archive.Query{Status: "acknowledged"})},
		{"service", all(func(q *archive.Query) { q.Service = service() })},
		{"rare service", all(func(q *archive.Query) { q.Service = rareService })},
		{"no such service", all(func(q *archive.Query) { q.Service = "nowhere" })},
		{"service, open", func() archive.Query { return archive.Query{Service: service()} }},
		{"team", all(func(q *archive.Query) { q.Team = d.one("team-%d", 30) })},
		{"person", all(func(q *archive.Query) { q.Person = person() })},
		{"rare person", all(func(q *archive.Query) { q.Person = rarePerson })},
		{"person, open", func() archive.Query { return archive.Query{Person: person()} }},
		{"priority", all(func(q *archive.Query) { q.Priority = d.one("P%d", 5) })},
		{"label", all(func(q *archive.Query) { q.Labels = cluster() })},
		{"rare label", all(func(q *archive.Query) { q.Labels = map[string]string{"instance": d.one("host-%d", 5000)} })},
		{"a day", func() archive.Query { return d.since(archive.Query{Status: "all"}, 1) }},
		{"a week of a team", func() archive.Query { return d.since(archive.Query{Status: "all", Team: d.one("team-%d", 30)}, 7) }},
		{"common words", all(func(q *archive.Query) { q.Text = "latency above" })},
		{"rare words", all(func(q *archive.Query) { q.Text = d.one("order %d", d.incidents) })},
		{"words of nobody", all(func(q *archive.Query) { q.Text = "nowhere" })},
		{"words, service", all(func(q *archive.Query) { q.Text, q.Service = "latency", service() })},
		{"words, service, priority, a month", func() archive.Query {
			return d.since(archive.Query{Status: "all", Text: "errors", Service: service(), Priority: "P2"}, 30)
		}},
		{"words, person, label", all(func(q *archive.Query) { q.Text, q.Person, q.Labels = "errors", person(), cluster() })},
		{"two that never meet", all(func(q *archive.Query) { q.Priority, q.Labels = "P1", map[string]string{"odd": "yes"} })},
		{"words, priority, open", fixed(archive.Query{Priority: "P3", Text: "latency"})},
		{"a page far down, words", all(func(q *archive.Query) { q.Text, q.Before = "latency", crowdID(d.IntN(d.incidents)) })},
		{"a page far down, service", all(func(q *archive.Query) { q.Service, q.Before = service(), crowdID(d.IntN(d.incidents)) })},
	}
}

var digestLine = regexp.MustCompile(`digest ([0-9a-f]{64})`)

// rebuild imports a ledger of so many facts, exports it, and imports that again.
func (b *bench) rebuild(ctx context.Context, m *memory) (err error) {
	ledger, export := filepath.Join(b.dir, "ledger.jsonl"), filepath.Join(b.dir, "export.jsonl")
	if err := into(ledger, func(w io.Writer) error { return writeLedger(w, b.facts) }); err != nil {
		return err
	}
	first, second := filepath.Join(b.dir, "first.db"), filepath.Join(b.dir, "second.db")
	if m.rebuild, m.cpu, m.first, err = b.importFile(ctx, ledger, first); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, b.binary, "archive", "export", "--archive", first, "--out", export).CombinedOutput(); err != nil {
		return fmt.Errorf("export: %w: %s", err, out)
	}
	if m.again, _, m.second, err = b.importFile(ctx, export, second); err != nil {
		return err
	}
	if m.first != m.second {
		return fmt.Errorf("the digests differ: %s and %s", m.first, m.second)
	}
	return nil
}

func (b *bench) importFile(ctx context.Context, from, to string) (took time.Duration, cpu float64, digest string, err error) {
	began := time.Now()
	cmd := exec.CommandContext(ctx, b.binary, "archive", "import", from, "--to", to)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, 0, "", fmt.Errorf("import: %w: %s", err, out)
	}
	found := digestLine.FindSubmatch(out)
	if found == nil {
		return 0, 0, "", fmt.Errorf("import: no digest in %q", out)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return time.Since(began), spent.Seconds(), string(found[1]), nil
}

func into(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// markdown tells what was measured.
func (m *memory) markdown(started time.Time) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# The archive")
	line("")
	line("Written by `make bench-archive` on %s: %s, load before and during the run as it was.", started.UTC().Format("2006-01-02 15:04 UTC"), machine())
	line("SQLite, one connection that asks; each kind of question is asked %d times with other values.", askedTimes)
	line("")
	line("## A list of 50 of %d incidents (aim: p95 ≤ 50 ms)", m.incidents)
	line("")
	line("| asked for | found | p50 | p95 | max |")
	line("|---|---|---|---|---|")
	for _, l := range m.lists {
		line("| %s | %.1f | %s | %s | %s |", l.name, l.found, quantile(l.took, .5), quantile(l.took, .95), quantile(l.took, 1))
	}
	line("")
	line("## Built again from %d facts (aim: ≤ 60 s, and an equal digest)", m.facts)
	line("")
	line("`tocsin archive import` of a ledger, and of the export of what came of it.")
	line("")
	line("| facts | first | CPU | again | digests |")
	line("|---|---|---|---|---|")
	line("| %d | %.1f s | %.1f s | %.1f s | equal, %.12s… |", m.facts, m.rebuild.Seconds(), m.cpu, m.again.Seconds(), m.first)
	return b.String()
}
