package main

import (
	"encoding/xml"
	"fmt"
	"os"

	"tocsin.dev/internal/whatif/rehearsal"
)

// testedCase is a case in the JSON of `policy test`.
type testedCase struct {
	File     string          `json:"file"`
	Line     int             `json:"line"`
	Name     string          `json:"name"`
	Passed   bool            `json:"passed"`
	Failures []testedFailure `json:"failures"`
	Story    rehearsal.Story `json:"story"`
}

type testedFailure struct {
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	After   string   `json:"after"` // a Go duration since the start of the case
	Message string   `json:"message"`
	Diff    []string `json:"diff"` // each begins with ' ', '-' or '+'
}

type tested struct {
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	Cases  []testedCase `json:"cases"`
}

func testReport(all []testRun, passed, failed int) tested {
	out := tested{Passed: passed, Failed: failed, Cases: []testedCase{}}
	for _, one := range all {
		for _, r := range one.results {
			c := testedCase{File: one.file.Name, Line: r.Line, Name: r.Name, Passed: r.Passed(), Failures: []testedFailure{}, Story: r.Story}
			for _, f := range r.Failures {
				t := testedFailure{Line: f.Line, Column: f.Column, After: f.After.String(), Message: f.Message, Diff: []string{}}
				for _, d := range f.Diff {
					t.Diff = append(t.Diff, d.String())
				}
				c.Failures = append(c.Failures, t)
			}
			out.Cases = append(out.Cases, c)
		}
	}
	return out
}

// The elements of a JUnit report that CI systems read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class    string         `xml:"classname,attr"`
		Name     string         `xml:"name,attr"`
		File     string         `xml:"file,attr"`
		Line     int            `xml:"line,attr"`
		Failures []junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a test suite per file and a test case per case.
func writeJUnit(path string, all []testRun) error {
	report := junitSuites{Name: "tocsin policy test"}
	for _, one := range all {
		s := junitSuite{Name: one.file.Name, Tests: len(one.results)}
		for _, r := range one.results {
			c := junitCase{Class: one.file.Name, Name: r.Name, File: one.file.Name, Line: r.Line}
			for _, f := range r.Failures {
				c.Failures = append(c.Failures, junitFailure{
					Message: failureLine(one.file.Name, f), Type: "expectation", Text: failureText(one.file.Name, f),
				})
			}
			if !r.Passed() {
				s.Failures++
			}
			s.Cases = append(s.Cases, c)
		}
		report.Suites = append(report.Suites, s)
		report.Tests, report.Failures = report.Tests+s.Tests, report.Failures+s.Failures
	}
	body, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	body = append([]byte(xml.Header), append(body, '\n')...)
	if err := os.WriteFile(path, body, 0o644); err != nil { //nolint:gosec // a report for others to read
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}
