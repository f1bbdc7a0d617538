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
	c := group(&cobra.Command{Use: "policy", Short: "Test and rehearse policies before the night, without a server"})
	c.AddCommand(newPolicyTest(a), newPolicyRehearse(a))
	return c
}

// policyTest is one run of `policy test`.
type policyTest struct {
	*app
	catalog string // a folder for all files; empty leaves it to each
	junit   string
	verbose bool
	loaded  map[string]*catalog.Catalog // by folder
	broken  int                         // files with faults
}

func newPolicyTest(a *app) *cobra.Command {
	p := &policyTest{app: a, loaded: map[string]*catalog.Catalog{}}
	c := &cobra.Command{
		Use: "test FILES…", Short: "Play the cases of test files against a catalog", Args: args(cobra.MinimumNArgs(1)),
		Long: `Plays the cases of test files against a catalog, on virtual time and without a server, and compares
what happens with what they expect. A folder stands for the YAML files in it.

Exit codes: 0 all passed, 1 a case failed, 2 wrong usage, or a file that cannot be played.`,
		Example: "  tocsin policy test examples/policies\n  tocsin policy test --catalog tocsin.d --junit report.xml tests/*.yaml",
		RunE:    func(_ *cobra.Command, names []string) error { return p.run(names) },
	}
	c.Flags().StringVar(&p.catalog, "catalog", "", "the `folder` of the catalog, instead of the one that each file names")
	c.Flags().StringVar(&p.junit, "junit", "", "write a JUnit XML report to this `file`")
	c.Flags().BoolVarP(&p.verbose, "verbose", "v", false, "name the cases that passed too")
	return c
}

// played is one file with what came of it.
type played struct {
	file     rehearsal.File
	catalogs rehearsal.Catalogs
	results  []rehearsal.Result
}

func (p *policyTest) run(names []string) error {
	paths, err := testFiles(names)
	if err != nil {
		return err
	}
	var all []played
	for _, path := range paths {
		one, err := p.open(path)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	if p.broken > 0 {
		return fault{err: fmt.Errorf("%s cannot be played; no case was", count(p.broken, "file", "files")), code: codeUsage}
	}
	for n := range all {
		all[n].results = all[n].file.Run(all[n].catalogs)
	}
	if p.junit != "" {
		if err := writeJUnit(p.junit, all); err != nil {
			return err
		}
	}
	return p.tell(all)
}

// testFiles puts the YAML files of a folder in its place.
func testFiles(names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fault{err: unpath(err, name), hint: "name the files that hold the cases", code: codeUsage}
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
			return nil, fault{err: fmt.Errorf("%s holds no .yaml file", name), hint: "name the files that hold the cases", code: codeUsage}
		}
		out = append(out, inside...)
	}
	return out, nil
}

// open reads one file and the catalog it is played against. Faults are shown and counted, so that
// those of all files are seen at once.
func (p *policyTest) open(path string) (played, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return played{}, fmt.Errorf("read test file: %w", err)
	}
	f, faults := rehearsal.Parse(path, source)
	if len(faults) > 0 {
		p.show(faults)
		return played{}, nil
	}
	dir := p.catalog
	if dir == "" {
		if f.Catalog == "" {
			return played{}, fault{err: fmt.Errorf("%s names no catalog", path), hint: "write catalog: FOLDER at its top, or give --catalog", code: codeUsage}
		}
		dir = beside(path, f.Catalog)
	}
	with, err := p.catalogs(f, dir)
	if err != nil {
		return played{}, err
	}
	p.show(f.Check(with))
	return played{file: f, catalogs: with}, nil
}

// catalogs reads the catalog that a file begins with, and those that its steps bring into force.
func (p *policyTest) catalogs(f rehearsal.File, dir string) (rehearsal.Catalogs, error) {
	first, err := p.load(dir)
	if err != nil {
		return nil, err
	}
	with := rehearsal.Catalogs{"": first}
	for _, folder := range f.Folders() {
		if with[folder], err = p.load(beside(f.Name, folder)); err != nil {
			return nil, err
		}
	}
	return with, nil
}

// beside gives a folder that a test file names, relative to the file.
func beside(file, folder string) string {
	if filepath.IsAbs(folder) {
		return folder
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(folder))
}

// load reads a catalog once.
func (p *policyTest) load(dir string) (*catalog.Catalog, error) {
	dir = filepath.Clean(dir)
	if c := p.loaded[dir]; c != nil {
		return c, nil
	}
	c, err := p.offlineCatalog(dir)
	p.loaded[dir] = c
	return c, err
}

// offlineCatalog reads and checks a catalog's folder; one with faults cannot be used.
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
				fmt.Fprintln(a.stderr, clean(filepath.Join(filepath.Dir(located(dir, f.File)), f.Error())))
			}
		}
		return nil, fault{err: fmt.Errorf("the catalog %s has faults", dir), hint: "'tocsin catalog check " + dir + "' shows them all", code: codeUsage}
	}
	return c, nil
}

// show writes the faults of one test file as compilers do.
func (p *policyTest) show(faults []catalog.Fault) {
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

// tell writes what failed, and the sum; it gives the error that ends the command with 1.
func (p *policyTest) tell(all []played) error {
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
	if p.json {
		if err := object(p.stdout, testReport(all, passed, failed)); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(p.stdout, "%d passed, %d failed\n", passed, failed)
	}
	if failed > 0 {
		return fault{err: fmt.Errorf("%s failed", count(failed, "case", "cases")), code: codeFailed}
	}
	return nil
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

// failureLine says where an expectation stands and when it was checked.
func failureLine(file string, f rehearsal.Failure) string {
	return fmt.Sprintf("%s:%d:%d: after %s: %s", file, f.Line, f.Column, rehearsal.Brief(f.After), f.Message)
}

// failureText is a failure with its diff, for reports.
func failureText(file string, f rehearsal.Failure) string {
	var b strings.Builder
	b.WriteString(failureLine(file, f))
	for _, d := range f.Diff {
		b.WriteString("\n" + d.String())
	}
	return b.String()
}
