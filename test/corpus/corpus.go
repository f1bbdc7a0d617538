// Package corpus finds the real payloads, calendars and histories that tests read.
//
// They are not part of the repository: they are in the folder shared/corpus next to it. In: a path
// below that folder. Out: where the file is, from any package's test. A clone without the folder
// skips such tests; where the folder is there, a file that is missing is an error.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// ServiceNow is a log of 437 incidents in ServiceNow's export format.
const ServiceNow = "incidents/uci498_servicenow_incident_events_a.csv"

// Path returns the path of a file or folder of the corpus, with slashes in name.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, ok := Find(t, name)
	if !ok {
		t.Skip("the corpus is not here: this test reads ../shared/corpus, next to the repository")
	}
	return path
}

// Find is [Path] for tests that can do without the corpus: ok is false if the folder is absent.
func Find(t testing.TB, name string) (path string, ok bool) {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(root, "go.mod")) {
		parent := filepath.Dir(root)
		if parent == root {
			t.Fatal("no go.mod above the test's folder")
		}
		root = parent
	}
	folder := filepath.Join(filepath.Dir(root), "shared", "corpus")
	if !exists(folder) {
		return "", false
	}
	path = filepath.Join(folder, filepath.FromSlash(name))
	if !exists(path) {
		t.Fatalf("the corpus has no %s", name)
	}
	return path, true
}

// Read returns a file of the corpus.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Files returns the files of a folder of the corpus and of the folders below, by file name. There is at
// least one.
func Files(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(Path(t, folder), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[d.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("the corpus has no file in %s", folder)
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
