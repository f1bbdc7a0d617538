package client

import (
	"context"
	"net/url"
	"time"
)

// ReportQuery says what a report is of. The zero value is everything there is.
type ReportQuery struct {
	Week     string    // "2016-W09", or "last" for the last whole one
	Month    string    // "2016-03", or "last"
	From, To time.Time // bounds of the openings, From included and To not; beside neither Week nor Month
	Team     string    // only its incidents
	Timezone string    // where weeks and months begin; empty for UTC
	Night    string    // when pages count as such at night; empty for "22:00-07:00"
}

func (q ReportQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"week": q.Week, "month": q.Month, "team": q.Team, "timezone": q.Timezone, "night": q.Night} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !at.IsZero() {
			v.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	return v
}

// Report is the KPIs of a period. docs/reports.md has the formula of each number. Times are seconds,
// shares from 0 to 1, and nil stands where there is no number.
type Report struct {
	Formulas int    `json:"formulas"` // version
	Period   Period `json:"period"`
	Team     string `json:"team,omitempty"`
	Numbers
	Drills       int                `json:"drills"` // left out of every other number
	Merged       int                `json:"merged"` // the same
	ByPriority   map[string]Numbers `json:"by_priority"`
	ByTeam       map[string]Numbers `json:"by_team"`
	ByService    map[string]Numbers `json:"by_service"`
	ByWeek       map[string]Numbers `json:"by_week"`
	People       map[string]Worked  `json:"people"`
	PolicyLevels []PolicyLevel      `json:"policy_levels"`
	Previous     *PeriodBefore      `json:"previous,omitempty"`
	Suggestions  []Score            `json:"suggestions"`
	Benchmark    []Mark             `json:"benchmark"`
}

// Period is a stretch of time, From included and To not.
type Period struct {
	Name string    `json:"name,omitempty"` // "2016-W09", "2016-03"; empty for others
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// PeriodBefore is the numbers of the period before.
type PeriodBefore struct {
	Period Period `json:"period"`
	Numbers
}

// Numbers are the KPIs of a set of incidents.
type Numbers struct {
	Incidents         int         `json:"incidents"`
	Open              int         `json:"open"`
	TimeToAcknowledge Times       `json:"time_to_acknowledge"`
	TimeToEngage      Times       `json:"time_to_engage"`
	TimeToResolve     Times       `json:"time_to_resolve"`
	Escalated         int         `json:"escalated"`
	EscalationRate    *float64    `json:"escalation_rate"`
	Escalations       Escalations `json:"escalations"`
	Reopened          int         `json:"reopened"`
	Reopenings        int         `json:"reopenings"`
	Flapping          int         `json:"flapping"`
	Noise             int         `json:"noise"`
	NoiseShare        *float64    `json:"noise_share"`
	Alerts            int         `json:"alerts"`
	AlertsPerIncident *float64    `json:"alerts_per_incident"`
	Targets           struct {
		Response   Decided `json:"response"`
		Resolution Decided `json:"resolution"`
	} `json:"targets"`
	Pages Load `json:"pages"`
}

// Times sums up durations, in seconds.
type Times struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
}

// Escalations counts incidents by what they climbed to.
type Escalations struct {
	ByKind  map[string]int `json:"by_kind"`  // functional, hierarchical, other
	ByLevel map[string]int `json:"by_level"` // "2": those that reached level 2 or a higher one
}

// Decided counts the incidents whose target is decided.
type Decided struct {
	Met      int      `json:"met"`
	Breached int      `json:"breached"`
	MetShare *float64 `json:"met_share"`
}

// Load is what pages ask of people.
type Load struct {
	Count            int                  `json:"count"`
	AtNight          int                  `json:"at_night"`
	AtWeekends       int                  `json:"at_weekends"`
	InterruptedHours int                  `json:"interrupted_hours"`
	Delivered        int                  `json:"delivered"`
	Failed           int                  `json:"failed"`
	FirstTry         int                  `json:"first_try"`
	FirstTryShare    *float64             `json:"first_try_share"`
	ByChannel        map[string]Delivered `json:"by_channel"`
}

// Delivered counts what one channel delivered.
type Delivered struct {
	Delivered     int      `json:"delivered"`
	FirstTry      int      `json:"first_try"`
	FirstTryShare *float64 `json:"first_try_share"`
}

// Worked is what one person was asked and did.
type Worked struct {
	Acknowledged int  `json:"acknowledged"`
	Resolved     int  `json:"resolved"`
	Pages        Load `json:"pages"`
}

// PolicyLevel says what a level of a policy was good for.
type PolicyLevel struct {
	Policy   string `json:"policy"`
	Level    int    `json:"level"`
	Reached  int    `json:"reached"`
	Answered int    `json:"answered"`
}

// Score says how good suggestions of one kind were.
type Score struct {
	Kind      string   `json:"kind"`
	N         int      `json:"n"`
	Happened  int      `json:"happened"`
	Suggested int      `json:"suggested"`
	Right     int      `json:"right"`
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	BaseRate  *float64 `json:"base_rate"`
}

// Mark lays one number beside those of the period before and of all teams.
type Mark struct {
	Name     string   `json:"name"`
	Unit     string   `json:"unit"` // seconds, share, count
	Value    *float64 `json:"value"`
	Previous *float64 `json:"previous"`
	Median   *float64 `json:"median"`
	Teams    int      `json:"teams"`
}

// Report makes a report. [ErrNotFound] when no incident is one of the team's, [ErrUnavailable] while the
// archive is being read, and an [*Error] with status 422 where the period cannot be understood, or
// begins before what the gateway holds.
func (c *Client) Report(ctx context.Context, q ReportQuery) (Report, error) {
	var r Report
	err := c.get(ctx, "/api/v1/reports", q.values(), &r)
	return r, err
}
