package endtoend

import (
	"fmt"
	"os"
	"testing"

	"tocsin.dev/test/crash/process"
)

// programs are built once for all tests.
var programs process.Programs

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tocsin-endtoend-")
	if err == nil {
		defer os.RemoveAll(dir)
		programs, err = process.Build(dir, "./cmd/tocsin", "./cmd/engine", "./cmd/notifier", "./cmd/recorder", "./cmd/gateway", "./test/crash/natsd")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
