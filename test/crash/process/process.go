package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	// Name is for messages.
	Name string
	// Path is the program, Args what follows it.
	Path string
	Args []string
	// Env is added to the environment of the test, without its TOCSIN_* and NATS_* variables.
	Env []string
	// Dir is the working folder. Defaults to the test's.
	Dir string
	// Log is the file that stderr is appended to. Required.
	Log string
}

// Process is a started program. It must be waited for by [Process.Kill] or [Process.Stop], or by Done.
type Process struct {
	Spec Spec
	// PID is the process's own.
	PID int

	cmd   *exec.Cmd
	ready chan struct{} // closed with the ready line
	done  chan struct{} // closed when it has ended

	http, nats string // set before ready is closed
}

// Start starts the program and does not wait until it serves.
func Start(s Spec) (*Process, error) {
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	defer func() { _ = log.Close() }()     // the process has a handle of its own
	cmd := exec.Command(s.Path, s.Args...) //nolint:noctx // ended by Kill or Stop
	cmd.Env, cmd.Dir, cmd.Stderr = append(environment(), s.Env...), s.Dir, log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	p := &Process{Spec: s, PID: cmd.Process.Pid, cmd: cmd, ready: make(chan struct{}), done: make(chan struct{})}
	go p.follow(bufio.NewScanner(out))
	return p, nil
}

// environment keeps what a developer has set for an own Tocsin away from the one under test.
func environment() []string {
	own := regexp.MustCompile(`^(TOCSIN|NATS)_`)
	var out []string
	for _, v := range os.Environ() {
		if !own.MatchString(v) {
			out = append(out, v)
		}
	}
	return out
}

var readyLine = regexp.MustCompile(`^ready (?:http=(\S*) )?nats=(\S*)$`)

// follow reads stdout to its end and then takes the process's end.
func (p *Process) follow(lines *bufio.Scanner) {
	told := false
	for lines.Scan() {
		if m := readyLine.FindStringSubmatch(lines.Text()); m != nil && !told {
			p.http, p.nats, told = m[1], m[2], true
			close(p.ready)
		}
	}
	_ = p.cmd.Wait() // how it ended is read from its state
	close(p.done)
}

// Ready waits for the line that says where it serves.
func (p *Process) Ready(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.done:
		return fmt.Errorf("%s ended before it served (exit %d), see %s", p.Spec.Name, p.Exit(), p.Spec.Log)
	case <-ctx.Done():
		return fmt.Errorf("%s does not serve: %w", p.Spec.Name, ctx.Err())
	}
}

// HTTP is the address of its door, "http://127.0.0.1:8080"; to be asked after [Process.Ready].
func (p *Process) HTTP() string { return p.http }

// NATS is the address of its NATS; to be asked after [Process.Ready].
func (p *Process) NATS() string { return p.nats }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit is the exit code, -1 for an end by a signal; to be asked after the end.
func (p *Process) Exit() int { return p.cmd.ProcessState.ExitCode() }

// Kill ends the process as a power cut would (SIGKILL) and waits for its end. It says whether the
// process was still running.
func (p *Process) Kill() (ran bool) {
	err := p.cmd.Process.Kill()
	<-p.done
	return err == nil
}

// ErrStuck says that a process did not end after SIGTERM.
var ErrStuck = errors.New("does not stop")

// Stop asks for an orderly end (SIGTERM) and gives the exit code. [ErrStuck] after the time, and
// then the process is killed.
func (p *Process) Stop(within time.Duration) (int, error) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
		return p.Exit(), nil
	case <-time.After(within):
		p.Kill()
		return -1, fmt.Errorf("%s: %w within %s", p.Spec.Name, ErrStuck, within)
	}
}

// FreeAddr returns an address on loopback that nobody listened on a moment ago.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback answers at once
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return addr, nil
}
