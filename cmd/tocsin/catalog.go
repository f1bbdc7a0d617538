package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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
	c := group(&cobra.Command{Use: "catalog", Short: "Check, apply and show what people configured"})
	var weeks uint16
	check := &cobra.Command{
		Use: "check DIR", Short: "Check the YAML files of a folder, without a server", Args: args(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, dirs []string) error { return a.checkCatalog(dirs[0], int(min(weeks, 520))) },
	}
	check.Flags().Uint16Var(&weeks, "weeks", 12, "warn of gaps and conflicts of schedules in so many weeks from now; 0 for none")
	c.AddCommand(
		check,
		&cobra.Command{
			Use: "apply DIR", Short: "Put the YAML files of a folder in force", Args: args(cobra.ExactArgs(1)),
			RunE: func(c *cobra.Command, dirs []string) error { return a.applyCatalog(c, dirs[0]) },
		},
		&cobra.Command{
			Use: "show", Short: "Show the catalog in force", Args: args(cobra.NoArgs),
			RunE: func(c *cobra.Command, _ []string) error { return a.showCatalog(c) },
		},
	)
	return c
}

// readCatalog reads the YAML files of a folder, or one file, by base name.
func readCatalog(path string) (map[string][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault{err: unpath(err, path), hint: "name the folder that holds the catalog's YAML files"}
	}
	if !info.IsDir() {
		return readAlone(path)
	}
	names, err := filesIn(path, ".yaml", ".yml", catalog.CalendarFile)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
		files[filepath.Base(name)] = b
	}
	if len(files) == 0 {
		return nil, fault{err: fmt.Errorf("%s holds no .yaml file", path), hint: "name the folder that holds the catalog's YAML files"}
	}
	return files, nil
}

// readAlone reads one file, with the calendars beside it that it names.
func readAlone(path string) (map[string][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read catalog: %w", err)
	}
	files := map[string][]byte{filepath.Base(path): text}
	beside, err := filesIn(filepath.Dir(path), catalog.CalendarFile)
	if err != nil {
		return nil, err
	}
	for _, name := range beside {
		if !bytes.Contains(text, []byte(filepath.Base(name))) {
			continue
		}
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
	}
	return files, nil
}

// filesIn names the files of a folder that end in one of these ways, without hidden ones.
func filesIn(dir string, ends ...string) ([]string, error) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read catalog: %w", err)
	}
	var out []string
	for _, entry := range all {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && slices.Contains(ends, filepath.Ext(entry.Name())) {
			out = append(out, filepath.Join(dir, entry.Name()))
		}
	}
	return out, nil
}

func unpath(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there", path)
	}
	return err
}

func (a *app) checkCatalog(dir string, weeks int) error {
	files, err := readCatalog(dir)
	if err != nil {
		return err
	}
	now := a.now()
	c, faults := catalog.Check(files, now, now.AddDate(0, 0, 7*weeks))
	v := client.Verdict{OK: c != nil, Faults: make([]client.Fault, len(faults))}
	for i, f := range faults {
		v.Faults[i] = client.Fault(api.Told(f))
	}
	if c != nil {
		v.Revision = c.Rules.Revision
	}
	if a.json {
		if err := object(a.stdout, v); err != nil {
			return err
		}
	} else {
		a.showFaults(dir, v.Faults)
	}
	if !v.OK {
		return refused(v.Faults)
	}
	if !a.json {
		fmt.Fprintf(a.stdout, "ok: %s, %s, %s, %s, revision %s\n", count(len(c.People), "person", "people"), count(len(c.Rules.Schedules), "schedule", "schedules"),
			count(len(c.Rules.Services), "service", "services"), count(len(c.Rules.Policies), "policy", "policies"), brief(v.Revision))
	}
	return nil
}

func refused(faults []client.Fault) error {
	n := 0
	for _, f := range faults {
		if !f.Warning {
			n++
		}
	}
	return fault{err: fmt.Errorf("the catalog has %s", count(n, "fault", "faults")), code: codeFailed}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// showFaults writes each fault as compilers do, with the path as it was given, and its hint below.
func (a *app) showFaults(dir string, faults []client.Fault) {
	for _, f := range faults {
		place, mark := f.Place, ""
		if f.File != "" {
			place = located(dir, f.File) + strings.TrimPrefix(f.Place, f.File) + ": "
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

// located gives the path of a file in what was named: the folder, or the file itself.
func located(given, file string) string {
	if filepath.Base(given) == file {
		return given
	}
	return filepath.Join(given, file)
}

func (a *app) applyCatalog(c *cobra.Command, dir string) error {
	files, err := readCatalog(dir)
	if err != nil {
		return err
	}
	texts := make(map[string]string, len(files))
	for name, b := range files {
		texts[name] = string(b)
	}
	v, err := a.client().ApplyCatalog(c.Context(), texts)
	var problem *client.Error
	if errors.As(err, &problem) && problem.Status == 422 && len(problem.Errors) > 0 {
		for _, d := range problem.Errors {
			hint, _ := d.Value.(string)
			file, _, _ := strings.Cut(d.Location, ":")
			v.Faults = append(v.Faults, client.Fault{Place: d.Location, File: file, Message: d.Message, Hint: hint})
		}
		a.showFaults(dir, v.Faults)
		return fault{err: errors.New("the catalog has faults; nothing was changed"), code: codeFailed}
	}
	if err != nil {
		return err
	}
	if a.json {
		return object(a.stdout, v)
	}
	a.showFaults(dir, v.Faults)
	fmt.Fprintf(a.stdout, "revision %s is in force\n", brief(v.Revision))
	return nil
}

func (a *app) showCatalog(c *cobra.Command) error {
	now, err := a.client().Catalog(c.Context())
	if err != nil {
		return err
	}
	if a.json {
		return object(a.stdout, now)
	}
	fmt.Fprintf(a.stderr, "revision %s\n", now.Revision)
	names := make([]string, 0, len(now.Files))
	for name := range now.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(names) > 1 {
			fmt.Fprintf(a.stdout, "# %s\n", clean(name))
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(now.Files[name], "\n"))
	}
	return nil
}
