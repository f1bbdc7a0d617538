package catalog_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

const placing = `
people: {ana: {contact: [{console: true}]}}
teams: {t: {}}
policies: {t: {levels: [{page: [person:ana]}]}}
services: {rest: {team: t}, web: , db: , disk: }
routes:
  - {when: 'labels.job == "web"', service: web}
  - {when: 'labels["team"] == "db" && severity == "critical"', service: db}
  - {when: 'summary.contains("disk")', service: disk}
  - {when: 'source.startsWith("grafana/")', service: web}
  - {when: 'has(labels.host) && !("rack" in labels)', service: disk}
  - {when: 'labels.exists(k, k == "x" && labels[k] == "1") && size(labels) > 1', service: db}
  - {when: 'int(labels.number) > 3', service: db}
  - {service: rest}
`

func TestPlace(t *testing.T) {
	c := parse(t, placing)
	tests := []struct {
		name    string
		labels  map[string]string
		alert   events.Alert
		service string
		rule    string
		failed  int
	}{
		{"the label names a service", map[string]string{"service": "db", "job": "web"}, events.Alert{}, "db", catalog.RuleLabel, 0},
		{"the label names no service", map[string]string{"service": "nope", "job": "web"}, events.Alert{}, "web", "catalog.yaml:7", 0},
		{"by field", map[string]string{"job": "web"}, events.Alert{}, "web", "catalog.yaml:7", 0},
		{"by index and severity", map[string]string{"team": "db"}, events.Alert{Severity: "critical"}, "db", "catalog.yaml:8", 0},
		{"by summary", nil, events.Alert{Summary: "the disk is full"}, "disk", "catalog.yaml:9", 0},
		{"by source", nil, events.Alert{Origin: "grafana/main"}, "web", "catalog.yaml:10", 0},
		{"by presence", map[string]string{"host": ""}, events.Alert{}, "disk", "catalog.yaml:11", 0},
		{"by absence, and by walking the labels", map[string]string{"host": "a", "rack": "r", "x": "1"}, events.Alert{}, "db", "catalog.yaml:12", 0},
		{"a number", map[string]string{"number": "4"}, events.Alert{}, "db", "catalog.yaml:13", 0},
		{"a condition that fails does not hold", map[string]string{"number": "many"}, events.Alert{}, "rest", catalog.RuleFallback, 1},
		{"labels that are missing are empty", nil, events.Alert{}, "rest", catalog.RuleFallback, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			service, rule := c.Place(tt.labels, tt.alert)
			require.Equal(t, tt.service, service)
			require.Equal(t, tt.rule, rule)
			require.Len(t, c.Explain(tt.labels, tt.alert).Failed, tt.failed)
		})
	}
}

func TestLabelsAsAWhole(t *testing.T) {
	c := parse(t, strings.Replace(placing, `int(labels.number) > 3`, `labels == {"a": "b"} && type(labels) == map`, 1))
	service, _ := c.Place(map[string]string{"a": "b"}, events.Alert{})
	require.Equal(t, "db", service)
	service, _ = c.Place(map[string]string{"a": "c"}, events.Alert{})
	require.Equal(t, "rest", service)
}

func TestConditionsAreStoppedWhenTheyCostTooMuch(t *testing.T) {
	c := parse(t, strings.Replace(placing, `int(labels.number) > 3`, `labels.all(a, labels.all(b, labels.all(c, a + b + c != "")))`, 1))
	labels := map[string]string{}
	for i := range 200 {
		labels[fmt.Sprintf("label%d", i)] = "v"
	}
	p := c.Explain(labels, events.Alert{})
	require.Equal(t, "rest", p.Service)
	require.Len(t, p.Failed, 1)
	require.Contains(t, p.Failed[0].Reason, "cost limit")
}

func TestPlaceIsSafeForManyAtOnce(t *testing.T) {
	c := parse(t, placing)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				p := c.Explain(map[string]string{"number": "many"}, events.Alert{})
				require.Equal(t, "rest", p.Service)
				require.Len(t, p.Failed, 1)
			}
		})
	}
	all.Wait()
}

func BenchmarkPlaceThousandRoutes(b *testing.B) {
	var routes strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&routes, "  - {when: 'labels.job == \"job-%d\" && severity == \"critical\"', service: web}\n", i)
	}
	c := parse(b, strings.Replace(placing, "routes:\n", "routes:\n"+routes.String(), 1))
	labels, alert := map[string]string{"job": "job-999", "number": "1"}, events.Alert{Severity: "critical"}
	for b.Loop() {
		c.Place(labels, alert)
	}
}
