package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "tocsin.dev"

// folder is one package, tests left out, for every system and build tag at once.
type folder struct {
	path    string // within the module
	files   []string
	imports []string
}

// folders reads the tree. It asks no tool, so that the test's cache knows what it rests on.
func folders(t *testing.T) []folder {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "go.mod"))
	found := map[string]*folder{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		return add(found, root, path)
	}))
	var all []folder
	for _, path := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[path])
	}
	return all
}

func add(found map[string]*folder, root, path string) error {
	within, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return err
	}
	within = filepath.ToSlash(within)
	f := found[within]
	if f == nil {
		f = &folder{path: within}
		found[within] = f
	}
	f.files = append(f.files, path)
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, i := range file.Imports {
		if quoted := strings.Trim(i.Path.Value, `"`); !slices.Contains(f.imports, quoted) {
			f.imports = append(f.imports, quoted)
		}
	}
	return nil
}

// TestFloors holds every package against the table.
func TestFloors(t *testing.T) {
	packages := folders(t)
	require.Greater(t, len(packages), 20)
	for _, p := range packages {
		t.Run(p.path, func(t *testing.T) {
			r, ok := ruleOf(p.path)
			require.True(t, ok, "no rule of the table says what this package may import: add one")
			for _, path := range p.imports {
				if why := r.forbids(p.path, path); why != "" {
					t.Errorf("imports %s: %s. %s", path, why, r.reason)
				}
			}
			if r.pure {
				requirePure(t, p)
			}
		})
	}
}

func ruleOf(path string) (rule, bool) {
	for _, r := range rules {
		if matches(r.packages, path) {
			return r, true
		}
	}
	return rule{}, false
}

// matches knows exact paths, "a/*" for one step below a, and "a/..." for a and all below it.
func matches(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == root || strings.HasPrefix(path, root+"/")
	}
	if root, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, below := strings.CutPrefix(path, root+"/")
		return below && !strings.Contains(rest, "/")
	}
	return pattern == path
}

// forbids says why the package from may not import path; empty when it may.
func (r rule) forbids(from, path string) string {
	if ours, ok := strings.CutPrefix(path, module+"/"); ok {
		return r.forbidsOurs(from, ours)
	}
	if standard(path) {
		if r.pure && slices.ContainsFunc(impure, func(p string) bool { return matches(p+"/...", path) }) {
			return "a pure package reaches nothing outside"
		}
		return ""
	}
	if r.foreign == nil || slices.Contains(r.foreign, path) {
		return ""
	}
	return "this package makes do with the standard library"
}

func (r rule) forbidsOurs(from, path string) string {
	if slices.ContainsFunc(r.ours, func(pattern string) bool { return matches(pattern, path) }) {
		return ""
	}
	root := strings.TrimSuffix(r.packages, "/...")
	if service := strings.Join(first(strings.Split(root, "/"), 2), "/"); r.family && matches(service+"/...", path) {
		return ""
	}
	return "it lies on a floor above " + from + ", or beside it"
}

func first(all []string, n int) []string { return all[:min(n, len(all))] }

// standard says whether the path is of the standard library: those have no dot in the first step.
func standard(path string) bool {
	step, _, _ := strings.Cut(path, "/")
	return !strings.Contains(step, ".")
}

// requirePure reads the source: a pure package starts no goroutine, uses no channel and asks no clock.
func requirePure(t *testing.T, p folder) {
	files := token.NewFileSet()
	for _, name := range p.files {
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if what := impurity(file, n); what != "" {
				t.Errorf("%s: %s has no place in a pure package", files.Position(n.Pos()), what)
			}
			return true
		})
	}
}

func impurity(file *ast.File, n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a goroutine"
	case *ast.SelectStmt, *ast.ChanType, *ast.SendStmt:
		return "a channel"
	case *ast.SelectorExpr:
		from, ok := n.X.(*ast.Ident)
		if ok && from.Name == nameOf(file, "time") && slices.Contains(clocks, n.Sel.Name) {
			return "time." + n.Sel.Name
		}
	}
	return ""
}

// nameOf gives the name under which the file knows an import; empty when it does not.
func nameOf(file *ast.File, path string) string {
	for _, i := range file.Imports {
		if i.Path.Value != strconv.Quote(path) {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path
	}
	return ""
}
