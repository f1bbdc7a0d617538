package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuery(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, 3, 31, 23, 0, 0, 0, time.UTC) // the first of April in Berlin
	for name, c := range map[string]struct {
		w    Query
		want string // bounds in UTC
	}{
		"everything":        {Query{}, "0001-01-01T00:00:00Z 0001-01-01T00:00:00Z"},
		"a week":            {Query{Week: "2026-W10"}, "2026-03-01T23:00:00Z 2026-03-08T23:00:00Z"},
		"the last week":     {Query{Week: Last}, "2026-03-22T23:00:00Z 2026-03-29T22:00:00Z"}, // summer time begins
		"a month":           {Query{Month: "2026-10"}, "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z"},
		"the last month":    {Query{Month: Last}, "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z"},
		"from a date on":    {Query{From: "2026-03-01"}, "2026-02-28T23:00:00Z 0001-01-01T00:00:00Z"},
		"instants as given": {Query{From: "2026-03-01T00:00:00Z", To: "2026-03-01 09:30"}, "2026-03-01T00:00:00Z 2026-03-01T08:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.w.Period(c.w.LastWhole(now, berlin), berlin)
			require.NoError(t, err)
			require.Equal(t, c.want, p.From.UTC().Format(time.RFC3339)+" "+p.To.UTC().Format(time.RFC3339))
		})
	}
	for want, w := range map[string]Query{
		`week: "10" is not a week such as 2016-W09`:                                     {Week: "10"},
		`month: "2026-13" is not a month such as 2016-03`:                               {Month: "2026-13"},
		`from: "soon" is not an instant such as 2016-03-01 or 2016-03-01T12:00:00Z`:     {From: "soon", To: "2026-03-01"},
		`to: "2026-02-30" is not an instant such as 2016-03-01 or 2016-03-01T12:00:00Z`: {To: "2026-02-30"},
		"to: it is not after from":                                                      {From: "2026-03-01", To: "2026-03-01"},
		"month: cannot be combined with week":                                           {Week: Last, Month: Last},
		"to: cannot be combined with month":                                             {Month: Last, To: "2026-03-01"},
		"week: it is outside the years 1900 to 9000":                                    {Week: "9999-W52"},
		"to: it is outside the years 1900 to 9000":                                      {From: "2026-03-01", To: "9001-01-01"},
	} {
		_, err := w.Period(now, time.UTC)
		require.EqualError(t, err, want)
		var f QueryError
		require.ErrorAs(t, err, &f)
	}
}
