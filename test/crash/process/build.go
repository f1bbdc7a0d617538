// Package process builds programs of this module and runs them as real processes, so that a test
// can kill one for real.
//
// In: packages to build, arguments, environment. Out: processes that say where they serve, and how
// they ended. It signals only what it started itself, and never looks a process up by name.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Programs is a folder of built programs.
type Programs string

// Build builds packages of the module ("./cmd/tocsin") into dir, all by one call of the go command.
func Build(dir string, packages ...string) (Programs, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	args := append([]string{"build", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}, packages...)
	cmd := exec.Command("go", args...) //nolint:noctx // bounded by the test's own time
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", strings.Join(packages, " "), err, out)
	}
	return Programs(dir), nil
}

// Path returns where the program of that name lies.
func (p Programs) Path(name string) string { return filepath.Join(string(p), name) }

// Root returns the module's folder: the nearest one upwards with a go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find the module: no go.mod upwards of here")
		}
		dir = up
	}
}
