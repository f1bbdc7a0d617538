package oncall_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// corpus reads a file of the collection of vectors that lies beside the repository. Without it the
// test is skipped, but fails where CI says that everything must be there.
func corpus(t *testing.T, path ...string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	source, err := os.ReadFile(filepath.Join(append([]string{dir, "..", "shared", "corpus"}, path...)...))
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("the corpus is missing: %v", err)
	}
	if err != nil {
		t.Skip("the corpus is not here: ", filepath.Join(path...))
	}
	return source
}
