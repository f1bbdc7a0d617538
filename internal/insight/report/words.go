package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// nothing is shown instead of a number that does not exist.
const nothing = "–"

// said writes a number in its unit for people.
func said(v *float64, unit string) string {
	switch {
	case v == nil:
		return nothing
	case unit == "seconds":
		return took(*v)
	case unit == "share":
		return strconv.FormatFloat(*v*100, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// took writes a duration with its two largest units: "3d 4h", "12m 5s", "0s".
func took(seconds float64) string {
	if seconds < 1 && seconds > 0 {
		return strconv.FormatFloat(seconds*1000, 'f', 0, 64) + "ms"
	}
	left := int64(math.Round(seconds))
	out := ""
	for _, u := range []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		n := left / u.size
		left %= u.size
		switch {
		case n > 0 && out != "":
			return out + " " + strconv.FormatInt(n, 10) + u.name
		case n > 0:
			out = strconv.FormatInt(n, 10) + u.name
		case out != "":
			return out
		}
	}
	if out == "" {
		return "0s"
	}
	return out
}

// spelled writes a period for people.
func spelled(p measure.Period) string {
	name := ""
	if p.Name != "" {
		name = p.Name + ", "
	}
	return fmt.Sprintf("%s%s to %s", name, p.From.Format("2006-01-02 15:04 MST"), p.To.Format("2006-01-02 15:04 MST"))
}

// Title names the report: a review where it is one team's week.
func (r Report) Title() string {
	what := "Report"
	switch kind := kindOf(r.Period); {
	case kind != "" && r.Team != "":
		return kind + " review of team " + r.Team
	case kind != "":
		what = kind + " report"
	}
	if r.Team != "" {
		what += " of team " + r.Team
	}
	return what
}

// kindOf is "Weekly", "Monthly", or empty for any other period.
func kindOf(p measure.Period) string {
	switch {
	case p.Name == "":
		return ""
	case p.From.AddDate(0, 0, 7).Equal(p.To):
		return "Weekly"
	}
	return "Monthly"
}

// Subtitle says what the numbers are of.
func (r Report) Subtitle() string {
	s := spelled(r.Period)
	if r.Previous != nil {
		s += "; before: " + spelled(r.Previous.Period)
	}
	return s
}

// Footnote says how the numbers were made and what they leave out.
func (r Report) Footnote() string {
	return fmt.Sprintf("Formulas version %d. Left out: drills and probes: %d, merged incidents: %d.", r.Formulas, r.Drills, r.Merged)
}

// rfc writes an instant for machines; empty for none.
func rfc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
