package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tocsin": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command line without a server: `exits N command…` checks an exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TOCSIN_HTTP", "127.0.0.1:1") // nothing listens there
			e.Setenv("USER", "ana")
			e.Setenv("GORACE", "atexit_sleep_ms=10") // each command would wait a second for races at its end
			examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
			e.Setenv("EXAMPLES", examples)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs a command and compares its exit code; stdout and stderr may be looked at afterwards.
func exits(ts *testscript.TestScript, _ bool, words []string) {
	if len(words) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	got := "0"
	if err := ts.Exec(words[1], words[2:]...); err != nil {
		got = err.Error()
	}
	want := map[string]string{"0": "0", "1": "exit status 1", "2": "exit status 2", "3": "exit status 3"}[words[0]]
	if got != want {
		ts.Fatalf("%v ended with %q, not %q", words[1:], got, want)
	}
}
