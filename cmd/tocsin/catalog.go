package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/pkg/client"
)

func newCatalog(a *app) *cobra.Command {
	var weeks uint16
	check := &cobra.Command{
		Use: "check DIR", Short: "Check the YAML files of a folder, without a server", Args: args(cobra.ExactArgs(1)),
		Long: `Check the YAML files of a folder, or one file, without a server. All faults are listed with their place; they
end the command with 1. Warnings do not.`,
		RunE: func(_ *cobra.Command, dirs []string) error { return a.checkCatalog(dirs[0], int(min(weeks, 520))) },
	}
	check.Flags().Uint16Var(&weeks, "weeks", 12, "warn of gaps and conflicts of schedules this many weeks ahead; 0 for none")
	return group(&cobra.Command{Use: "catalog", Short: "Check, apply and show the catalog: people, teams, services, schedules, policies"},
		check,
		&cobra.Command{
			Use: "apply DIR", Short: "Apply the YAML files of a folder", Args: args(cobra.ExactArgs(1)),
			Long: "Apply the YAML files of a folder, or one file. Incidents that open from now on use it; open ones keep theirs.",
			RunE: func(c *cobra.Command, dirs []string) error { return a.applyCatalog(c.Context(), dirs[0]) },
		},
		&cobra.Command{
			Use: "show", Short: "Show the catalog in force", Args: args(cobra.NoArgs),
			RunE: func(c *cobra.Command, _ []string) error { return a.showCatalog(c.Context()) },
		},
	)
}

const catalogHint = "name the folder with the catalog's YAML files"

// readCatalog reads the YAML files and calendars of a folder, or one file, by base name.
func readCatalog(path string) (map[string][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault{err: unpath(err, path), hint: catalogHint}
	}
	if !info.IsDir() {
		return readSingle(path)
	}
	names, err := filesIn(path, ".yaml", ".yml", catalog.CalendarFile)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fault{err: fmt.Errorf("%s has no .yaml file", path), hint: catalogHint}
	}
	return readFiles(names)
}

// readSingle reads one file, and the calendars in its folder that it names.
func readSingle(path string) (map[string][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read catalog: %w", err)
	}
	calendars, err := filesIn(filepath.Dir(path), catalog.CalendarFile)
	if err != nil {
		return nil, err
	}
	return readFiles(append(slices.DeleteFunc(calendars, func(name string) bool {
		return !bytes.Contains(text, []byte(filepath.Base(name)))
	}), path))
}

func readFiles(names []string) (map[string][]byte, error) {
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
		files[filepath.Base(name)] = b
	}
	return files, nil
}

// filesIn lists the files of a folder that have one of the extensions, except hidden ones.
func filesIn(dir string, extensions ...string) ([]string, error) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read catalog: %w", err)
	}
	var out []string
	for _, entry := range all {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && slices.Contains(extensions, filepath.Ext(entry.Name())) {
			out = append(out, filepath.Join(dir, entry.Name()))
		}
	}
	return out, nil
}

// unpath replaces the error of a missing file by a shorter one.
func unpath(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist", path)
	}
	return err
}

// catalogIn reads and checks the catalog that a flag names.
func catalogIn(flag, folder string) (*catalog.Catalog, error) {
	files, err := readCatalog(folder)
	if err != nil {
		return nil, err
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		return nil, fault{err: fmt.Errorf("%s %s: the catalog has %s", flag, folder, count(len(faults), "fault")), hint: "'tocsin catalog check " + folder + "' lists them", code: codeFailed}
	}
	return c, nil
}

func (a *app) checkCatalog(dir string, weeks int) error {
	files, err := readCatalog(dir)
	if err != nil {
		return err
	}
	now := a.now()
	c, faults := catalog.Check(files, now, now.AddDate(0, 0, 7*weeks))
	v := client.Verdict{OK: c != nil, Faults: make([]client.Fault, len(faults))}
	errs := 0
	for i, f := range faults {
		v.Faults[i] = client.Fault(api.AnswerFault(f))
		if !f.Warning {
			errs++
		}
	}
	if c != nil {
		v.Revision = c.Rules.Revision
	}
	if err := a.show(v, func() { a.showFaults(dir, v.Faults) }); err != nil {
		return err
	}
	if !v.OK {
		return fmt.Errorf("the catalog has %s", count(errs, "fault"))
	}
	if !a.json {
		fmt.Fprintf(a.stdout, "ok: %s, %s, %s, %s, revision %s\n", count(len(c.People), "person", "people"), count(len(c.Rules.Schedules), "schedule"),
			count(len(c.Rules.Services), "service"), count(len(c.Rules.Policies), "policy", "policies"), brief(v.Revision))
	}
	return nil
}

// showFaults prints faults as compilers do: the path as the user gave it, and the hint on the next line.
func (a *app) showFaults(dir string, faults []client.Fault) {
	for _, f := range faults {
		place, mark := f.Place, ""
		if f.File != "" {
			place = pathOf(dir, f.File) + strings.TrimPrefix(f.Place, f.File) + ": "
		}
		if f.Warning {
			mark = "warning: "
		}
		fmt.Fprintf(a.stdout, "%s%s%s\n", place, mark, clean(f.Message))
		if f.Hint != "" {
			fmt.Fprintf(a.stdout, "  hint: %s\n", clean(f.Hint))
		}
	}
}

// pathOf returns the path of a file of a catalog; given is its folder, or the file itself.
func pathOf(given, file string) string {
	if filepath.Base(given) == file {
		return given
	}
	return filepath.Join(given, file)
}

func (a *app) applyCatalog(ctx context.Context, dir string) error {
	files, err := readCatalog(dir)
	if err != nil {
		return err
	}
	texts := make(map[string]string, len(files))
	for name, b := range files {
		texts[name] = string(b)
	}
	v, err := a.client().ApplyCatalog(ctx, texts)
	var problem *client.Error
	if errors.As(err, &problem) && problem.Status == 422 && len(problem.Errors) > 0 {
		for _, d := range problem.Errors {
			hint, _ := d.Value.(string)
			file, _, _ := strings.Cut(d.Location, ":")
			v.Faults = append(v.Faults, client.Fault{Place: d.Location, File: file, Message: d.Message, Hint: hint})
		}
		a.showFaults(dir, v.Faults)
		return errors.New("the catalog has faults; nothing was changed")
	}
	if err != nil {
		return err
	}
	return a.show(v, func() {
		a.showFaults(dir, v.Faults)
		fmt.Fprintf(a.stdout, "revision %s is in force\n", brief(v.Revision))
	})
}

func (a *app) showCatalog(ctx context.Context) error {
	now, err := a.client().Catalog(ctx)
	if err != nil {
		return err
	}
	return a.show(now, func() {
		fmt.Fprintf(a.stderr, "revision %s\n", now.Revision)
		for _, name := range slices.Sorted(maps.Keys(now.Files)) {
			if len(now.Files) > 1 {
				fmt.Fprintf(a.stdout, "# %s\n", clean(name))
			}
			fmt.Fprintln(a.stdout, strings.TrimRight(now.Files[name], "\n"))
		}
	})
}
