// Package audit checks an archive against itself: the chain, facts, documents and the indexes of words.
//
// In: a view of an archive. Out: findings, each with the incident, the number of the fact and its place in
// the ledger if they are known. It recomputes everything from the lines, changes nothing and does not read
// the ledger. So it cannot detect a change after which somebody recomputed all hashes.
package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

// Finding is one thing that is wrong. Zero values stand for what is not known or does not apply.
type Finding struct {
	Incident string `json:"incident,omitempty"`
	// Fact is the fact's number in its incident.
	Fact uint64 `json:"fact,omitempty"`
	// Record is the position in the ledger, Line the fact's place in that record from 1.
	Record  uint64 `json:"record,omitempty"`
	Line    int    `json:"line,omitempty"`
	Problem string `json:"problem"`
}

// String returns it as one line.
func (f Finding) String() string {
	var where []string
	if f.Incident != "" {
		where = append(where, "incident "+f.Incident)
	}
	if f.Fact > 0 {
		where = append(where, fmt.Sprintf("fact %d", f.Fact))
	}
	if f.Record > 0 {
		where = append(where, fmt.Sprintf("record %d", f.Record))
	}
	if f.Line > 0 {
		where = append(where, fmt.Sprintf("line %d", f.Line))
	}
	if len(where) == 0 {
		return f.Problem
	}
	return strings.Join(where, ", ") + ": " + f.Problem
}

// Summary counts what was checked.
type Summary struct {
	Facts     int    `json:"facts"`
	Records   int    `json:"records"`
	Incidents int    `json:"incidents"`
	Removed   int    `json:"removed"`
	Position  uint64 `json:"position"`
	Findings  int    `json:"findings"`
}

// MaxFindings is the number of findings that ends a check.
const MaxFindings = 1000

var errEnough = errors.New("enough findings")

// shard is how many incidents one walk over the facts folds. It bounds the memory.
const shard = 100_000

// Verify checks everything in v and calls report with each finding, at most [MaxFindings]. An error means
// that the check could not be finished.
func Verify(ctx context.Context, v archive.View, report func(Finding)) (Summary, error) {
	return verify(ctx, v, report, shard)
}

func verify(ctx context.Context, v archive.View, report func(Finding), shard int) (Summary, error) {
	a := &audit{
		ctx: ctx, view: v, report: report, blamed: map[uint64]bool{}, faulty: map[string]bool{},
		removed: map[string]archive.Removal{}, left: map[string]archive.Incident{}, gaps: map[int64]int{}, words: newWords(),
	}
	err := v.Inspect(ctx, func(problem string) error { return a.find(Finding{Problem: problem}) })
	if err == nil {
		err = a.chain()
	}
	if err == nil {
		err = a.places()
	}
	a.sum.Removed = len(a.removed)
	shards := a.sum.Incidents/shard + 1
	for n := 0; n < shards && err == nil; n++ {
		err = a.incidents(n, shards)
	}
	if err == nil {
		err = a.terms()
	}
	if err == nil {
		err = a.records()
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return a.sum, err
}

// audit is one run of [Verify].
type audit struct {
	ctx     context.Context
	view    archive.View
	report  func(Finding)
	sum     Summary
	blamed  map[uint64]bool // records with a finding that is more precise than their sum
	faulty  map[string]bool // incidents with a finding: their documents cannot match
	removed map[string]archive.Removal
	left    map[string]archive.Incident // what is left of those
	gaps    map[int64]int               // removals by the millisecond of the opening
	words   words
}

func (a *audit) find(f Finding) error {
	a.sum.Findings++
	if f.Record > 0 {
		a.blamed[f.Record] = true
	}
	if f.Incident != "" {
		a.faulty[f.Incident] = true
	}
	a.report(f)
	if a.sum.Findings >= MaxFindings {
		return errEnough
	}
	return nil
}

// at is a finding at a fact's place.
func at(f *archive.Fact, format string, args ...any) Finding {
	return Finding{Incident: f.Subject, Fact: f.IncidentSeq, Record: f.Position, Line: f.Index + 1, Problem: fmt.Sprintf(format, args...)}
}

// places counts the incidents, and checks that those of one millisecond have consecutive places.
func (a *audit) places() error {
	var last archive.Kept
	milli, here := int64(-1), 0
	settle := func() error {
		if at, n := archive.Split(last.Place); here > 0 && n >= int64(here+a.gaps[at]) {
			return a.find(Finding{Incident: last.ID, Problem: "its place in lists was never assigned"})
		}
		return nil
	}
	if err := a.view.Incidents(a.ctx, func(k archive.Kept) error {
		a.sum.Incidents++
		if at, _ := archive.Split(k.Place); at != milli {
			if err := settle(); err != nil {
				return err
			}
			milli, here = at, 0
		}
		last = k
		here++
		return nil
	}); err != nil {
		return err
	}
	return settle()
}
