package archivetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// searches queries the incidents of a ledger by every field.
func searches(t *testing.T, a archive.Archive) {
	Fill(t, a, Ledger(9, 6), 7) // 0, 3 and 6 are of "search"; all were paged to ana, who noted "note 4", "note 5"
	at := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Second) }
	labels := func(all ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(all); i += 2 {
			m[all[i]] = all[i+1]
		}
		return m
	}
	every := []int{8, 7, 6, 5, 4, 3, 2, 1, 0}
	for name, c := range map[string]struct {
		q    archive.Query
		want []int
	}{
		"title":                    {archive.Query{Text: "incident 4"}, every}, // 4 is a word of every note, too
		"title and service":        {archive.Query{Text: "Incident 8 checkout"}, []int{8}},
		"summary":                  {archive.Query{Text: "ABOVE p99"}, every},
		"label's value as words":   {archive.Query{Text: "host-1"}, every},
		"note":                     {archive.Query{Text: "note 5"}, every},
		"a word that is nowhere":   {archive.Query{Text: "incident nowhere"}, nil},
		"part of a word":           {archive.Query{Text: "inciden"}, nil},
		"no word":                  {archive.Query{Text: "-- \" * ("}, nil},
		"query language":           {archive.Query{Text: `note" OR "x`}, nil},
		"person":                   {archive.Query{Person: "ana"}, every},
		"person with a word":       {archive.Query{Person: "person:ana", Text: "7"}, []int{7}},
		"somebody else":            {archive.Query{Person: "bo"}, nil},
		"priority":                 {archive.Query{Priority: "P1", Service: "search"}, []int{6, 3, 0}},
		"another priority":         {archive.Query{Priority: "P2"}, nil},
		"label":                    {archive.Query{Labels: labels("job", "checkout")}, every},
		"labels":                   {archive.Query{Labels: labels("job", "checkout", "instance", "host-1"), Team: "discovery"}, []int{6, 3, 0}},
		"label of another value":   {archive.Query{Labels: labels("job", "search")}, nil},
		"label's case counts":      {archive.Query{Labels: labels("job", "Checkout")}, nil},
		"a value under no label":   {archive.Query{Labels: labels("instance", "checkout")}, nil},
		"from":                     {archive.Query{From: at(6)}, []int{8, 7, 6}},
		"to":                       {archive.Query{To: at(2)}, []int{1, 0}},
		"from and to":              {archive.Query{From: at(2), To: at(5), Status: "all"}, []int{4, 3, 2}},
		"from and to and service":  {archive.Query{From: at(2), To: at(7), Service: "search"}, []int{6, 3}},
		"nothing lies between":     {archive.Query{From: at(5), To: at(5)}, nil},
		"before":                   {archive.Query{Before: ID(2)}, []int{1, 0}},
		"before, text and limit":   {archive.Query{Before: ID(7), Text: "note", Limit: 2}, []int{6, 5}},
		"before, from and service": {archive.Query{Before: ID(6), From: at(1), Service: "search"}, []int{3}},
		"status and person":        {archive.Query{Status: "acknowledged", Person: "ana", Limit: 1}, []int{8}},
		"resolved and person":      {archive.Query{Status: "resolved", Person: "ana"}, nil},
		"all and service":          {archive.Query{Status: "all", Service: "search"}, []int{6, 3, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			got := []string{}
			for _, in := range list(t, a, c.q) {
				got = append(got, in.Title)
			}
			want := []string{}
			for _, n := range c.want {
				want = append(want, fmt.Sprintf("incident %d", n))
			}
			require.Equal(t, want, got)
		})
	}
}

// drawn is one incident of a random ledger.
type drawn struct {
	archive.Incident
	job, word string
}

// randomQueries compares random queries with a plain walk over the same incidents, which are added and
// changed in batches.
func randomQueries(t *testing.T, a archive.Archive) {
	draw := rand.New(rand.NewPCG(1, 2))
	pick := func(all ...string) string { return all[draw.IntN(len(all))] }
	var all []drawn
	for batch := range 12 {
		var touched []archive.Incident
		for range 15 {
			d := drawn{job: pick("a", "b", "c"), word: pick("red", "green", "blue")}
			d.ID, d.Service, d.Team, d.Priority = ID(len(all)), pick("checkout", "search"), pick("x", "y"), pick("P1", "P2")
			d.Title, d.Status, d.OpenedAt = "it is "+d.word, "triggered", Start.Add(time.Duration(draw.IntN(40))*time.Millisecond)
			d.Alerts = []archive.Alert{{Alert: events.Alert{Key: "k", Summary: "s", Labels: events.NewLabels(map[string]string{"job": d.job})}}}
			all = append(all, d)
			touched = append(touched, d.Incident)
		}
		for range 20 {
			d := &all[draw.IntN(len(all))]
			d.Status, d.Priority = pick("triggered", "acknowledged", "resolved"), pick("P1", "P2")
			touched = slices.DeleteFunc(touched, func(in archive.Incident) bool { return in.ID == d.ID })
			touched = append(touched, d.Incident)
		}
		slices.SortStableFunc(touched, func(x, y archive.Incident) int { return number(all, x.ID) - number(all, y.ID) })
		require.NoError(t, a.Keep(ctx(), nil, touched, uint64(batch+1)))
	}
	order := slices.Clone(all)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(x, y drawn) int { return y.OpenedAt.Compare(x.OpenedAt) })
	for range 200 {
		q := archive.Query{
			Status: pick("", "all", "resolved", "triggered"), Service: pick("", "", "search"), Team: pick("", "", "x"), Priority: pick("", "", "P1"),
			Text: pick("", "", "red", "BLUE it", "nowhere"), Limit: 1 + draw.IntN(200),
		}
		if draw.IntN(3) == 0 {
			q.Labels = map[string]string{"job": pick("a", "b", "d")}
		}
		if draw.IntN(3) == 0 {
			q.From = Start.Add(time.Duration(draw.IntN(40)) * time.Millisecond)
		}
		if draw.IntN(3) == 0 {
			q.To = Start.Add(time.Duration(draw.IntN(40)) * time.Millisecond)
		}
		if draw.IntN(3) == 0 {
			q.Before = all[draw.IntN(len(all))].ID
		}
		got := []string{}
		for _, in := range list(t, a, q) {
			got = append(got, in.ID)
		}
		require.Equal(t, expected(order, q), got, "%+v", q)
	}
}

func number(all []drawn, id string) int {
	return slices.IndexFunc(all, func(d drawn) bool { return d.ID == id })
}

func expected(order []drawn, q archive.Query) []string {
	out := []string{}
	passed := q.Before == ""
	for _, d := range order {
		if passed && fits(d, q) && len(out) < q.Limit {
			out = append(out, d.ID)
		}
		passed = passed || d.ID == q.Before
	}
	return out
}

func fits(d drawn, q archive.Query) bool {
	open := q.Status == "" && d.Status != "resolved"
	return (open || q.Status == "all" || q.Status == d.Status) &&
		(q.Service == "" || q.Service == d.Service) && (q.Team == "" || q.Team == d.Team) && (q.Priority == "" || q.Priority == d.Priority) &&
		(q.Labels == nil || q.Labels["job"] == d.job) &&
		(q.Text == "" || strings.Contains(strings.ToLower(q.Text), d.word)) &&
		(q.From.IsZero() || !d.OpenedAt.Before(q.From)) && (q.To.IsZero() || d.OpenedAt.Before(q.To))
}

// hostile keeps and finds texts that a store may not be able to keep as text.
func hostile(t *testing.T, a archive.Archive) {
	b := Batches(t, Ledger(2, 1), 100)[0]
	b.Facts[0].CausationID = "cause\x00\xff"
	b.Incidents[0].Service, b.Incidents[0].Title = "a\x00b", "zero \x00 and \xff, "+strings.Repeat("long", 5000)
	b.Incidents[1].Alerts = []archive.Alert{{Alert: events.Alert{Summary: "' \" \\ % _ ; --", Labels: events.NewLabels(map[string]string{"": "", "a\x00": "b\x00"})}}}
	require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	require.Len(t, list(t, a, archive.Query{Text: "zero and"}), 1)
	require.Len(t, list(t, a, archive.Query{Service: "a\x00b"}), 1)
	require.Len(t, list(t, a, archive.Query{Labels: map[string]string{"a\x00": "b\x00"}}), 1)
	got, err := a.Caused(ctx(), "cause\x00\xff")
	require.NoError(t, err)
	require.Len(t, got, 1)
	_, err = a.Incident(ctx(), "zero\x00\xff")
	require.ErrorIs(t, err, archive.ErrNotFound)
}
