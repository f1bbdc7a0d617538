package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
)

// ReportQuery is the query of a report.
type ReportQuery struct {
	Week     string `query:"week" doc:"one ISO week such as 2016-W09, or last for the last whole one"`
	Month    string `query:"month" doc:"one month such as 2016-03, or last"`
	From     string `query:"from" doc:"only incidents that opened at this instant or later: RFC 3339, or a date with or without a time by the clock of timezone"`
	To       string `query:"to" doc:"only incidents that opened before this instant"`
	Team     string `query:"team" doc:"only incidents of this team, beside the median of all teams"`
	Timezone string `query:"timezone" default:"UTC" doc:"where weeks and months begin, and the clock of people whose zone is not known"`
	Night    string `query:"night" default:"22:00-07:00" doc:"when pages count as such at night"`
}

// options is what the report is made by; the location of a fault is the parameter.
func (in *ReportQuery) options(now time.Time) (o report.Options, err error) {
	o.Team = in.Team
	if o.Location, err = time.LoadLocation(in.Timezone); err != nil || in.Timezone == "Local" {
		return o, parameterError("query.timezone", "there is no such zone", in.Timezone)
	}
	if o.Night, err = measure.ParseHours(in.Night); err != nil {
		return o, parameterError("query.night", err.Error(), in.Night)
	}
	w := measure.Query{Week: in.Week, Month: in.Month, From: in.From, To: in.To}
	o.Period, err = w.Period(w.LastWhole(now, o.Location), o.Location)
	if f := (measure.QueryError{}); errors.As(err, &f) {
		given := map[string]string{"week": in.Week, "month": in.Month, "from": in.From, "to": in.To}
		return o, parameterError("query."+f.Field, f.Err.Error(), given[f.Field])
	}
	return o, err
}

func (s *server) reports(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "make-report", Method: http.MethodGet, Path: "/api/v1/reports", Summary: "KPIs of a period",
		Description: "What `tocsin report --json` writes, with the catalog in force. Without a period it is of everything. " +
			"503 while the archive is being read for the first time: ask again. 422 where the period begins before what is held in memory.",
		Tags: []string{"reports"},
	}, s.makeReport)
}

func (s *server) makeReport(ctx context.Context, in *ReportQuery) (*struct{ Body report.Report }, error) {
	if s.Reports == nil {
		return nil, huma.Error501NotImplemented("this gateway makes no reports")
	}
	o, err := in.options(s.Clock())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readHistory)
	defer cancel()
	made, err := s.Reports(ctx, o)
	var forgotten report.Forgotten
	switch {
	case err == nil:
		return &struct{ Body report.Report }{made}, nil
	case errors.Is(err, report.ErrNoTeam):
		return nil, huma.Error404NotFound(err.Error())
	case errors.As(err, &forgotten):
		return nil, parameterError("query.from", forgotten.Error()+", with the period before; 'tocsin report' reads the whole archive", o.Period.From)
	}
	return nil, s.historyError(ctx, "make a report", err)
}
