package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
)

func TestSchedules(t *testing.T) {
	g := apitest.Start(t)
	require.JSONEq(t, `[{"schedule":"payments-primary","timezone":"Europe/Madrid","layers":1,"people":["ana","bo"],"on_call":["ana"],"until":"2026-03-09T09:00:00+01:00"}]`,
		call(t, g, "GET", "/api/v1/schedules", "").body)
	g.Unload()
	require.Equal(t, 503, call(t, g, "GET", "/api/v1/schedules", "").status)
	require.Equal(t, 503, call(t, g, "GET", "/api/v1/schedules/payments-primary", "").status)
}

func TestSchedulePlan(t *testing.T) {
	g := apitest.Start(t)
	const path = "/api/v1/schedules/payments-primary"
	require.JSONEq(t, `{"schedule":"payments-primary","timezone":"Europe/Madrid","from":"2026-01-01T01:00:00+01:00","to":"2026-01-14T01:00:00+01:00","shifts":[
		{"people":[],"from":"2026-01-01T01:00:00+01:00","to":"2026-01-05T09:00:00+01:00"},
		{"people":["ana"],"from":"2026-01-05T09:00:00+01:00","to":"2026-01-12T09:00:00+01:00","layer":1},
		{"people":["bo"],"from":"2026-01-12T09:00:00+01:00","to":"2026-01-14T01:00:00+01:00","layer":1}],
		"gaps":[{"from":"2026-01-01T01:00:00+01:00","to":"2026-01-05T09:00:00+01:00"}],"conflicts":[]}`,
		call(t, g, "GET", path+"?from=2026-01-01T00:00:00Z&to=2026-01-14T00:00:00Z", "").body)
	var usual api.SchedulePlan
	call(t, g, "GET", path, "").into(t, &usual)
	require.True(t, apitest.Now.Equal(usual.From), "from now")
	require.True(t, apitest.Now.AddDate(0, 0, 14).Equal(usual.To), "for two weeks")
	require.Len(t, usual.Shifts, 3)
}

func TestSchedulePlanRefused(t *testing.T) {
	g := apitest.Start(t)
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/schedules/nobody", "").status)
	for _, query := range []string{
		"from=noon", "from=2026-03-04T00:00:00Z&to=2026-03-04T00:00:00Z", "to=2026-03-01T00:00:00Z", "from=2026-01-01T00:00:00Z&to=2027-02-01T00:00:00Z",
		"from=9999-12-31T00:00:00Z&to=9999-12-31T23:00:00Z", "from=0001-01-02T00:00:00Z&to=0001-01-03T00:00:00Z", "at=2026-03-04T00:00:00Z",
	} {
		require.Equal(t, 422, call(t, g, "GET", "/api/v1/schedules/payments-primary?"+query, "").status, query)
	}
}
