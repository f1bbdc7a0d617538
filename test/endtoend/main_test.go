package endtoend

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"

	"tocsin.dev/test/crash/process"
)

// programs are built once for all tests.
var programs process.Programs

// parallel is how many tests run at once, at least: most of the time they wait for timeouts of a policy.
const parallel = 4

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
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(max(parallel, runtime.GOMAXPROCS(0)))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
