package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
)

func newPolicy(a *app) *cobra.Command {
	return group(&cobra.Command{Use: "policy", Short: "Test and rehearse escalation policies, without a server"}, newPolicyTest(a), newPolicyRehearse(a))
}

// policyTest is a run of `policy test`.
type policyTest struct {
	*app
	catalog string // the folder for all files; empty: the one that each file names
	junit   string
	verbose bool
	loaded  map[string]*catalog.Catalog // by folder
	broken  int                         // files with faults
}

func newPolicyTest(a *app) *cobra.Command {
	p := &policyTest{app: a, loaded: map[string]*catalog.Catalog{}}
	c := &cobra.Command{
		Use: "test FILES…", Short: "Run the test cases of policies", Args: args(cobra.MinimumNArgs(1)),
		Long: `Run the cases of test files against a catalog, on virtual time and without a server, and compare what happens with
what they expect. For a folder, run all YAML files in it. docs/policy-tests.md describes the files.

Exit codes: 0 all cases passed, 1 a case failed, 2 wrong usage or a faulty file.`,
		Example: "  tocsin policy test examples/policies\n  tocsin policy test --catalog tocsin.d --junit report.xml tests/*.yaml",
		RunE:    func(_ *cobra.Command, names []string) error { return p.run(names) },
	}
	c.Flags().StringVar(&p.catalog, "catalog", "", "`folder` of the catalog, instead of the one that each file names")
	c.Flags().StringVar(&p.junit, "junit", "", "write a JUnit XML report to this `file`")
	c.Flags().BoolVarP(&p.verbose, "verbose", "v", false, "also list the cases that passed")
	return c
}

// testRun is a test file with its results.
type testRun struct {
	file     rehearsal.File
	catalogs rehearsal.Catalogs
	results  []rehearsal.Result
}

func (p *policyTest) run(names []string) error {
	paths, err := testFiles(names)
	if err != nil {
		return err
	}
	var all []testRun
	for _, path := range paths {
		one, err := p.open(path)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	if p.broken > 0 {
		return fault{err: fmt.Errorf("%s cannot be run; no case was run", count(p.broken, "file")), code: codeUsage}
	}
	for n := range all {
		all[n].results = all[n].file.Run(all[n].catalogs)
	}
	if p.junit != "" {
		if err := writeJUnit(p.junit, all); err != nil {
			return err
		}
	}
	return p.report(all)
}

// testFiles replaces each folder by its YAML files.
func testFiles(names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fault{err: unpath(err, name), hint: "name the files with the test cases", code: codeUsage}
		}
		if !info.IsDir() {
			out = append(out, name)
			continue
		}
		inside, err := filesIn(name, ".yaml", ".yml")
		if err != nil {
			return nil, err
		}
		if len(inside) == 0 {
			return nil, fault{err: fmt.Errorf("%s has no .yaml file", name), hint: "name the files with the test cases", code: codeUsage}
		}
		out = append(out, inside...)
	}
	return out, nil
}

// open reads a file and its catalog. It prints and counts faults, so that the user sees those of all files at
// once.
func (p *policyTest) open(path string) (testRun, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return testRun{}, fmt.Errorf("read test file: %w", err)
	}
	f, faults := rehearsal.Parse(path, source)
	if len(faults) > 0 {
		p.showFaults(faults)
		return testRun{}, nil
	}
	dir := p.catalog
	if dir == "" {
		if f.Catalog == "" {
			return testRun{}, fault{err: fmt.Errorf("%s names no catalog", path), hint: "write catalog: FOLDER at its top, or use --catalog", code: codeUsage}
		}
		dir = relativeTo(path, f.Catalog)
	}
	with, err := p.catalogs(f, dir)
	if err != nil {
		return testRun{}, err
	}
	p.showFaults(f.Check(with))
	return testRun{file: f, catalogs: with}, nil
}

// catalogs reads the catalog that a file starts with, and those that its steps apply.
func (p *policyTest) catalogs(f rehearsal.File, dir string) (rehearsal.Catalogs, error) {
	first, err := p.load(dir)
	if err != nil {
		return nil, err
	}
	with := rehearsal.Catalogs{"": first}
	for _, folder := range f.Folders() {
		if with[folder], err = p.load(relativeTo(f.Name, folder)); err != nil {
			return nil, err
		}
	}
	return with, nil
}

// relativeTo returns a folder that a test file names, relative to the file.
func relativeTo(file, folder string) string {
	if filepath.IsAbs(folder) {
		return folder
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(folder))
}

// load reads each catalog once.
func (p *policyTest) load(dir string) (*catalog.Catalog, error) {
	dir = filepath.Clean(dir)
	if c := p.loaded[dir]; c != nil {
		return c, nil
	}
	c, err := p.offlineCatalog(dir)
	p.loaded[dir] = c
	return c, err
}

// offlineCatalog reads a catalog and prints its faults, which count as wrong usage.
func (a *app) offlineCatalog(dir string) (*catalog.Catalog, error) {
	files, err := readCatalog(dir)
	if err != nil {
		var f fault
		if errors.As(err, &f) {
			f.code = codeUsage
			return nil, f
		}
		return nil, err
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		for _, f := range faults {
			if !f.Warning {
				fmt.Fprintln(a.stderr, clean(filepath.Join(filepath.Dir(pathOf(dir, f.File)), f.Error())))
			}
		}
		return nil, fault{err: fmt.Errorf("the catalog %s has faults", dir), hint: "'tocsin catalog check " + dir + "' lists them all", code: codeUsage}
	}
	return c, nil
}

// showFaults prints the faults of a test file as compilers do.
func (p *policyTest) showFaults(faults []catalog.Fault) {
	for _, f := range faults {
		fmt.Fprintln(p.stderr, clean(f.Error()))
		if f.Hint != "" {
			fmt.Fprintf(p.stderr, "  hint: %s\n", clean(f.Hint))
		}
	}
	if len(faults) > 0 {
		p.broken++
	}
}

// report prints the failures and the totals, and returns an error if a case failed.
func (p *policyTest) report(all []testRun) error {
	passed, failed := 0, 0
	for _, one := range all {
		for _, r := range one.results {
			if r.Passed() {
				passed++
			} else {
				failed++
			}
			if !p.json {
				p.result(one.file.Name, r)
			}
		}
	}
	err := p.show(testReport(all, passed, failed), func() { fmt.Fprintf(p.stdout, "%d passed, %d failed\n", passed, failed) })
	if err == nil && failed > 0 {
		err = fmt.Errorf("%s failed", count(failed, "case"))
	}
	return err
}

func (p *policyTest) result(file string, r rehearsal.Result) {
	if r.Passed() {
		if p.verbose {
			fmt.Fprintf(p.stdout, "ok    %s:%d: %s\n", file, r.Line, clean(r.Name))
		}
		return
	}
	fmt.Fprintf(p.stdout, "FAIL  %s:%d: %s\n", file, r.Line, clean(r.Name))
	for _, f := range r.Failures {
		fmt.Fprintf(p.stdout, "  %s\n", clean(failureLine(file, f)))
		for _, d := range f.Diff {
			fmt.Fprintf(p.stdout, "    %s\n", clean(d.String()))
		}
	}
}

// failureLine returns the place of an expectation and when it was checked.
func failureLine(file string, f rehearsal.Failure) string {
	return fmt.Sprintf("%s:%d:%d: after %s: %s", file, f.Line, f.Column, rehearsal.Brief(f.After), f.Message)
}

// failureText returns a failure with its diff.
func failureText(file string, f rehearsal.Failure) string {
	var b strings.Builder
	b.WriteString(failureLine(file, f))
	for _, d := range f.Diff {
		b.WriteString("\n" + d.String())
	}
	return b.String()
}
