package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

// process is a running `tocsin up` on fresh data.
type process struct {
	cmd       *exec.Cmd
	http, bus string
	data      string // its folder
}

// start runs the binary with a catalog and waits until it serves.
func (b *bench) start(ctx context.Context, name, catalog string, environ ...string) (*process, error) {
	b.runs++
	dir := filepath.Join(b.dir, fmt.Sprintf("%d-%s", b.runs, name))
	if err := os.MkdirAll(filepath.Join(dir, "conf"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "conf", "catalog.yaml"), []byte(catalog), 0o600); err != nil {
		return nil, err
	}
	args := []string{"up", "--config", filepath.Join(dir, "conf"), "--data", filepath.Join(dir, "data"), "--http", "127.0.0.1:0", "--nats", "127.0.0.1:0", "--log-level", "error"}
	if b.profile != "" {
		args = append(args, "--profile", filepath.Join(b.profile, name+".prof"))
	}
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Stderr, cmd.Env = os.Stderr, append(os.Environ(), environ...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, data: filepath.Join(dir, "data")}
	b.started = append(b.started, p)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, _ := fmt.Sscanf(lines.Text(), "ready http=%s nats=%s", &p.http, &p.bus); n == 2 {
			go func() { _, _ = io.Copy(io.Discard, out) }() // what the console writes
			return p, nil
		}
	}
	return nil, errors.Join(errors.New("tocsin up ended before it served"), cmd.Wait())
}

// reads connects to its NATS as a reader.
func (p *process) reads() (*nats.Conn, error) {
	key, err := nats.NkeyOptionFromSeed(filepath.Join(p.data, "nats-reader.nk"))
	if err != nil {
		return nil, err
	}
	return nats.Connect(p.bus, key)
}

// killAll leaves no process behind, however the run ended.
func (b *bench) killAll() {
	for _, p := range b.started {
		_ = p.cmd.Process.Kill() // it has ended already where all went well
		_ = p.cmd.Wait()
	}
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// cpu returns the seconds of CPU that the process has used.
func (p *process) cpu() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100 // clock ticks of Linux
}

// rss returns the resident memory in bytes.
func (p *process) rss() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			return kib * 1024
		}
	}
	return 0
}

// metric reads one number of /metrics; labels are part of the name as printed.
func (p *process) metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.http+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, lines.Err()
}

// reach waits until a counter has come to at least n.
func (p *process) reach(ctx context.Context, name string, n float64, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		v, err := p.metric(ctx, name)
		if err == nil && v >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s stands at %.0f of %.0f after %s", name, v, n, within)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
