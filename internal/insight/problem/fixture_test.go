package problem_test

import (
	"fmt"
	"time"

	"tocsin.dev/internal/insight/problem"
)

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// one makes a case that opened so many days after the beginning and was over an hour later.
func one(id, key string, days float64, labels ...string) *problem.Case {
	c := &problem.Case{
		ID: id, Service: "checkout", Title: "title of " + id, Priority: "P3", DedupKey: key, Labels: map[string]string{},
		OpenedAt: begin.Add(time.Duration(days * 24 * float64(time.Hour))),
	}
	c.ResolvedAt = c.OpenedAt.Add(time.Hour)
	for n := 0; n < len(labels); n += 2 {
		c.Labels[labels[n]] = labels[n+1]
	}
	return c
}

// some makes cases of one key that opened on those days.
func some(key string, days ...float64) (all []*problem.Case) {
	for n, day := range days {
		all = append(all, one(fmt.Sprintf("%s-%d", key, n), key, day))
	}
	return all
}
