package client

import (
	"context"
	"time"
)

// ReportQuery selects what a report covers. The zero value selects everything.
type ReportQuery struct {
	Week     string    // "2016-W09", or "last" for the last full one
	Month    string    // "2016-03", or "last"
	From, To time.Time // bounds of the time of opening, To exclusive; not with Week or Month
	Team     string    // only incidents of this team
	Timezone string    // of weeks and months; empty for UTC
	Night    string    // hours in which a page counts as at night; empty for "22:00-07:00"
}

// Report has the KPIs of a period. docs/reports.md defines each number. Times are in seconds, shares from 0 to 1. A
// nil number is undefined.
type Report struct {
	Formulas int    `json:"formulas"` // version
	Period   Period `json:"period"`
	Team     string `json:"team,omitempty"`
	Numbers
	Drills       int                      `json:"drills"` // not counted in any other number
	Merged       int                      `json:"merged"` // as Drills
	ByPriority   map[string]Numbers       `json:"by_priority"`
	ByTeam       map[string]Numbers       `json:"by_team"`
	ByService    map[string]Numbers       `json:"by_service"`
	ByWeek       map[string]Numbers       `json:"by_week"`
	People       map[string]PersonNumbers `json:"people"`
	PolicyLevels []PolicyLevel            `json:"policy_levels"`
	Previous     *PeriodBefore            `json:"previous,omitempty"`
	Suggestions  []Score                  `json:"suggestions"`
	Benchmark    []Comparison             `json:"benchmark"`
}

// Period is a period of time, To exclusive.
type Period struct {
	Name string    `json:"name,omitempty"` // "2016-W09", "2016-03"; empty for others
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// PeriodBefore has the numbers of the previous period.
type PeriodBefore struct {
	Period Period `json:"period"`
	Numbers
}

// Numbers has the KPIs of a set of incidents.
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
		Response   GoalNumbers `json:"response"`
		Resolution GoalNumbers `json:"resolution"`
	} `json:"targets"`
	Pages PageNumbers `json:"pages"`
}

// Times summarizes durations, in seconds.
type Times struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
}

// Escalations counts incidents by how far they escalated.
type Escalations struct {
	ByKind  map[string]int `json:"by_kind"`  // functional, hierarchical, other
	ByLevel map[string]int `json:"by_level"` // "2": reached level 2 or higher
}

// GoalNumbers counts the incidents that met or breached a goal.
type GoalNumbers struct {
	Met      int      `json:"met"`
	Breached int      `json:"breached"`
	MetShare *float64 `json:"met_share"`
}

// PageNumbers counts pages.
type PageNumbers struct {
	Count            int                       `json:"count"`
	AtNight          int                       `json:"at_night"`
	AtWeekends       int                       `json:"at_weekends"`
	InterruptedHours int                       `json:"interrupted_hours"`
	Delivered        int                       `json:"delivered"`
	Failed           int                       `json:"failed"`
	FirstTry         int                       `json:"first_try"`
	FirstTryShare    *float64                  `json:"first_try_share"`
	ByChannel        map[string]ChannelNumbers `json:"by_channel"`
}

// ChannelNumbers counts the pages that a channel delivered.
type ChannelNumbers struct {
	Delivered     int      `json:"delivered"`
	FirstTry      int      `json:"first_try"`
	FirstTryShare *float64 `json:"first_try_share"`
}

// PersonNumbers counts what a person did, and their pages.
type PersonNumbers struct {
	Acknowledged int         `json:"acknowledged"`
	Resolved     int         `json:"resolved"`
	Pages        PageNumbers `json:"pages"`
}

// PolicyLevel says how often a level of a policy was reached, and how often it was answered.
type PolicyLevel struct {
	Policy   string `json:"policy"`
	Level    int    `json:"level"`
	Reached  int    `json:"reached"`
	Answered int    `json:"answered"`
}

// Score says how good the suggestions of a kind were.
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

// Comparison compares a number with the previous period and with the median of all teams.
type Comparison struct {
	Name     string   `json:"name"`
	Unit     string   `json:"unit"` // seconds, share, count
	Value    *float64 `json:"value"`
	Previous *float64 `json:"previous"`
	Median   *float64 `json:"median"`
	Teams    int      `json:"teams"`
}

// Report computes a report. The error is [ErrNotFound] if the team has no incident, [ErrUnavailable] while the
// gateway is still reading the archive, and an [*Error] with status 422 if the period is invalid or starts before what
// the gateway has.
func (c *Client) Report(ctx context.Context, q ReportQuery) (Report, error) {
	return get[Report](ctx, c, "/api/v1/reports", values(map[string]string{
		"week": q.Week, "month": q.Month, "team": q.Team, "timezone": q.Timezone, "night": q.Night, "from": instant(q.From), "to": instant(q.To),
	}))
}
