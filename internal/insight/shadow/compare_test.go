package shadow

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func after(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }

func people() People {
	p := People{}
	p.Add("ana", "Ana Ruiz", "ana@example.com")
	p.Add("bo", "Bo Lind", "bo@corp.example.com")
	return p
}

// TestVerdicts plays each of them on one case.
func TestVerdicts(t *testing.T) {
	theirs := []Alert{{
		ID: "1", Key: "slow", Title: "Checkout is slow", Opened: noon, Answered: after(10),
		Pages: []Page{{"ana@example.com", after(1), "sms"}, {"ana@example.com", after(3), "phone"}, {"Bo Lind", after(5), "sms"}, {"dan", after(1), ""}, {"eve", after(2), ""}},
	}}
	ours := []Incident{{
		ID: "i", Keys: []string{"slow"}, Title: "p99", Opened: after(.5),
		Pages: []Page{{"person:ana", after(1.2), "email"}, {"person:bo", after(3), ""}, {"person:cy", after(2), ""}, {"person:dan", after(9), ""}, {"person:fay", after(11), ""}},
	}}
	c := Compare(theirs, ours, Options{People: people()})
	require.Len(t, c.Cases, 1)
	got := map[string]string{}
	for _, p := range c.Cases[0].People {
		got[p.Person] = p.Verdict
	}
	require.Equal(t, map[string]string{"ana": Same, "bo": Earlier, "cy": Ours, "dan": Later, "eve": Theirs, "fay": Answered}, got)
	require.Equal(t, Tally{1, 1, 1, 1, 1, 1}, c.Pages)
	require.Equal(t, 3, c.Delay.Count)
	require.Equal(t, []float64{12, 480, 480}, []float64{*c.Delay.P50, *c.Delay.P90, *c.Delay.Most})
	require.Equal(t, []int{1, 0, 0, 0, 0}, []int{c.Matched, c.OnlyTheirs, c.OnlyOurs, c.Missed, c.Extra})
}

func TestMatching(t *testing.T) {
	long := strings.Repeat("a long message ", 20)
	for _, c := range []struct {
		name    string
		theirs  []Alert
		ours    []Incident
		matched int
		alone   [2]int
	}{
		{"by key, whatever the title", []Alert{{ID: "1", Key: "k", Title: "x", Opened: noon}}, []Incident{{ID: "i", Keys: []string{"j", "k"}, Title: "y", Opened: after(14)}}, 1, [2]int{}},
		{"the key of another day", []Alert{{ID: "1", Key: "k", Opened: noon}}, []Incident{{ID: "i", Keys: []string{"k"}, Opened: after(24 * 60)}}, 0, [2]int{1, 1}},
		{"the key while ours is open", []Alert{{ID: "1", Key: "k", Opened: after(90)}}, []Incident{{ID: "i", Keys: []string{"k"}, Opened: noon, Resolved: after(100)}}, 1, [2]int{}},
		{"by title", []Alert{{ID: "1", Key: "a", Title: "[FIRING] Disk  of db!", Opened: noon}}, []Incident{{ID: "i", Keys: []string{"b"}, Title: "firing: disk of DB", Opened: after(-3)}}, 1, [2]int{}},
		{"the title of an hour ago", []Alert{{ID: "1", Title: "x", Opened: noon}}, []Incident{{ID: "i", Title: "x", Opened: after(-60), Resolved: after(60)}}, 0, [2]int{1, 1}},
		{"a title that was cut", []Alert{{ID: "1", Title: long[:130], Opened: noon}}, []Incident{{ID: "i", Title: long, Opened: noon}}, 1, [2]int{}},
		{"nothing has no title", []Alert{{ID: "1", Title: "!", Opened: noon}}, []Incident{{ID: "i", Title: "?", Opened: noon}}, 0, [2]int{1, 1}},
		{"three of theirs are one of ours", []Alert{{ID: "1", Key: "a", Opened: noon}, {ID: "2", Key: "b", Opened: noon}, {ID: "3", Key: "c", Opened: noon}}, []Incident{{ID: "i", Keys: []string{"a", "b", "c"}, Opened: noon}}, 1, [2]int{}},
		{"two of ours are one of theirs", []Alert{{ID: "1", Key: "a", Title: "x", Opened: noon}}, []Incident{{ID: "i", Keys: []string{"a"}, Opened: noon}, {ID: "j", Title: "x", Opened: after(1)}}, 1, [2]int{}},
		{"the nearest of several", []Alert{{ID: "1", Key: "a", Opened: noon}, {ID: "2", Key: "a", Opened: after(12)}}, []Incident{{ID: "i", Keys: []string{"a"}, Opened: after(.1)}, {ID: "j", Keys: []string{"a"}, Opened: after(12.1)}}, 2, [2]int{}},
	} {
		got := Compare(c.theirs, c.ours, Options{})
		require.Equal(t, c.matched, got.Matched, c.name)
		require.Equal(t, c.alone, [2]int{got.OnlyTheirs, got.OnlyOurs}, c.name)
	}
}

func TestPeople(t *testing.T) {
	p := people()
	p.Add("bob", "Bo Lind")
	for name, want := range map[string]string{
		"ANA ruiz": "ana", "person:ana": "ana", " ana@example.com": "ana", "ana@other.example.com": "ana", "bo lind": "bo lind", "bo": "bo",
		"bo@corp.example.com": "bo", "Cy": "Cy", "schedule@example.com": "schedule@example.com", "": "", "@x": "@x",
	} {
		require.Equal(t, want, p.Of(name), name)
	}
	require.Equal(t, "x", People(nil).Of("x"))
}

func TestPeriod(t *testing.T) {
	theirs := []Alert{{ID: "1", Opened: after(-24 * 60)}, {ID: "2", Opened: noon}}
	day := measure.Period{From: noon.Truncate(24 * time.Hour), To: noon.Truncate(24*time.Hour).AddDate(0, 0, 1)}
	c := Compare(theirs, nil, Options{Period: day})
	require.Equal(t, 1, c.Alerts)
	require.Equal(t, "Shadow run beside the present pager: 2026-03-02", c.Title())
}

// TestLaws: every alert and incident is in one case, and the sums fit, whatever both sides have.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.SampledFrom([]string{"", "a", "b", "c"})
		instant := rapid.Custom(func(r *rapid.T) time.Time { return after(float64(rapid.IntRange(0, 60).Draw(r, "minute"))) })
		page := rapid.Custom(func(r *rapid.T) Page { return Page{Person: word.Draw(r, "who"), At: instant.Draw(r, "at")} })
		theirs := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Alert {
			return Alert{ID: "x", Key: word.Draw(r, "key"), Title: word.Draw(r, "title"), Opened: instant.Draw(r, "opened"), Answered: instant.Draw(r, "answered"), Pages: rapid.SliceOfN(page, 0, 3).Draw(r, "pages")}
		}), 0, 6).Draw(r, "theirs")
		ours := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Incident {
			return Incident{ID: "y", Keys: []string{word.Draw(r, "key")}, Title: word.Draw(r, "title"), Opened: instant.Draw(r, "opened"), Pages: rapid.SliceOfN(page, 0, 3).Draw(r, "pages")}
		}), 0, 6).Draw(r, "ours")
		c := Compare(theirs, ours, Options{})
		require.Equal(r, len(theirs), c.Alerts)
		require.Equal(r, len(ours), c.Incidents)
		require.Len(r, c.Cases, c.Matched+c.OnlyTheirs+c.OnlyOurs)
		var sum Tally
		for _, one := range c.People {
			sum = Tally{sum.Same + one.Same, sum.Earlier + one.Earlier, sum.Later + one.Later, sum.Theirs + one.Theirs, sum.Ours + one.Ours, sum.Answered + one.Answered}
		}
		require.Equal(r, c.Pages, sum)
		require.Equal(r, c.Pages.Same+c.Pages.Earlier+c.Pages.Later, c.Delay.Count)
		require.NoError(r, c.Markdown(&bytes.Buffer{}))
	})
}

func TestOurSideFromFacts(t *testing.T) {
	c := &Collector{}
	add := func(minutes float64, incident string, d events.Data) {
		e := events.New(d)
		e.Subject, e.Time, e.Service, e.Team = incident, after(minutes), "checkout", "shop"
		c.Add(e)
	}
	add(0, "i", events.IncidentTriggered{Title: "slow", DedupKey: "shop", Alert: events.Alert{Key: "one"}})
	add(0, "d", events.IncidentTriggered{Title: "drill", Alert: events.Alert{Labels: events.NewLabels(map[string]string{"drill": "yes"})}})
	add(0, "i", events.AlertJoined{Alert: events.Alert{Key: "two"}})
	add(0, "i", events.PageRequested{Page: "p1", Target: "person:ana"})
	add(1, "i", events.PageRequested{Page: "p1", Target: "person:ana", Asked: 2})
	add(1, "i", events.PageRequested{Page: "p2", Target: "person:bo"})
	add(1, "i", events.PageRequested{Page: "p3", Target: "person:cy"})
	add(2, "i", events.PageDelivered{Page: "p1", Channel: "email", Attempts: []events.Attempt{{At: after(1.5), Outcome: "recorded"}}})
	add(2, "i", events.PageSuperseded{Page: "p2"})
	add(2, "i", events.PageFailed{Page: "p3"})
	add(3, "i", events.IncidentResolved{})
	add(3, "elsewhere", events.IncidentResolved{})
	require.Equal(t, []Incident{{
		ID: "i", Service: "checkout", Team: "shop", Title: "slow", Keys: []string{"one", "shop", "two"}, Opened: noon, Resolved: after(3),
		Pages: []Page{{Person: "person:ana", At: after(1.5), Via: "email"}},
	}}, c.Incidents())
}

func TestMarkdown(t *testing.T) {
	c := Compare(
		[]Alert{{ID: "1", Title: "a|b", Opened: noon, Pages: []Page{{"ana", noon, ""}}}, {ID: "2", Key: "k", Title: "both", Opened: noon, Pages: []Page{{"ana", noon, ""}}}},
		[]Incident{{ID: "0123456789", Keys: []string{"k"}, Title: "both", Opened: noon, Pages: []Page{{"person:ana", after(-2), ""}}}, {ID: "9876543210", Title: "ours", Opened: after(1), Pages: []Page{{"person:bo", after(1), ""}}}},
		Options{People: people()})
	var b bytes.Buffer
	require.NoError(t, c.Markdown(&b))
	for _, want := range []string{
		"# Shadow run beside the present pager: everything\n", "| missed by us: they paged, and we nobody | 1 |",
		"## Missed: paged by them, and by us nobody", `| 2026-03-02 12:00:00 |  | a\|b | 1 |  | ana |`, "## Extra: paged by us, and by them nobody", "| 2026-03-02 12:01:00 |  | ours |  | 98765432 | bo |",
		"| 2026-03-02 12:00:00 | both | ana | 12:00:00 | 11:58:00 | -2m0s |",
	} {
		require.Contains(t, b.String(), want)
	}
}
