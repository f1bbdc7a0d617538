package endtoend

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin.dev/test/crash/process"
)

// patience is how long a test waits for what it expects.
const patience = 20 * time.Second

// secretKey is the intake key in the scripts that use one.
const secretKey = "prom-intake-key" //nolint:gosec // a key of a test

// stage holds the receiver and the running process of a script.
type stage struct {
	receiver *receiver
	up       *process.Process
}

// TestScripts runs every script with its own folder, ports and receiver. The files of this package define further
// commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "up": up, "crash": crash, "down": down, "expand": expand,
			"until": until, "pages": pages, "page": page, "mode": mode, "keep": keep,
			"fields": fields, "value": value, "http": request, "calendar": calendar, "serve": serve,
		},
	})
}

func setUp(e *testscript.Env) error {
	r, end := newReceiver()
	s := &stage{receiver: r}
	e.Values[stage{}] = s
	e.Defer(func() {
		if s.up != nil {
			s.up.Kill()
		}
		end()
	})
	http, err := process.FreeAddr()
	if err != nil {
		return err
	}
	nats, err := process.FreeAddr()
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"PATH": string(programs) + string(os.PathListSeparator) + os.Getenv("PATH"), "RECEIVER": r.url,
		"HTTP_ADDR": http, "NATS_ADDR": nats, "USER": "ana", "PROM_KEY": secretKey,
	} {
		e.Setenv(name, value)
	}
	return nil
}

func at(ts *testscript.TestScript) *stage { return ts.Value(stage{}).(*stage) }

// up [ARG…] starts `tocsin up`, waits until it is ready, and points the command line to it.
func up(ts *testscript.TestScript, _ bool, args []string) {
	s := at(ts)
	if s.up != nil {
		ts.Fatalf("already up")
	}
	all := append([]string{"up", "--config", "conf", "--data", "data", "--http", ts.Getenv("HTTP_ADDR"), "--nats", ts.Getenv("NATS_ADDR")}, args...)
	var err error
	s.up, err = process.Start(process.Spec{
		Name: "up", Path: programs.Path("tocsin"), Args: all, Dir: ts.Getenv("WORK"), Log: filepath.Join(ts.Getenv("WORK"), "up.log"),
		Env: []string{"PROM_KEY=" + ts.Getenv("PROM_KEY"), "TOCSIN_TOKEN=" + ts.Getenv("TOCSIN_TOKEN")},
	})
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.up.Ready(ctx); err != nil {
		ts.Fatalf("%v\n%s", err, ts.ReadFile("up.log"))
	}
	ts.Setenv("TOCSIN_HTTP", s.up.HTTP())
}

// crash kills it.
func crash(ts *testscript.TestScript, _ bool, _ []string) {
	s := at(ts)
	if !s.up.Kill() {
		ts.Fatalf("it had already exited")
	}
	s.up = nil
}

// down stops it with SIGTERM. It must exit with 0.
func down(ts *testscript.TestScript, _ bool, _ []string) {
	s := at(ts)
	code, err := s.up.Stop(patience)
	s.up = nil
	ts.Check(err)
	if code != 0 {
		ts.Fatalf("it exited with %d after SIGTERM\n%s", code, ts.ReadFile("up.log"))
	}
}
