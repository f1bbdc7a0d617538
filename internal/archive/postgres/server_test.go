package postgres

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// server is Debian's PostgreSQL, on a socket in a folder of its own, for the time of the tests.
var server struct {
	missing string // why there is none
	dir     string
}

const superuser, password = "tocsin", "s3cret-never-shown"

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	bin, err := binaries()
	if err != nil {
		server.missing = err.Error()
		return m.Run()
	}
	stop, err := start(bin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "start PostgreSQL:", err)
		return 1
	}
	defer stop()
	return m.Run()
}

// needServer ends a test where PostgreSQL is not installed: under CI that is a failure.
func needServer(tb testing.TB) {
	if server.missing == "" {
		return
	}
	if os.Getenv("CI") == "true" {
		tb.Fatal(server.missing + "; .ci/run installs it")
	}
	tb.Skip(server.missing)
}

// binaries finds the folder of initdb and postgres: the newest of Debian's, or the search path's.
func binaries() (string, error) {
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is a good one
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // not a number: last
		return n
	}
	slices.SortFunc(all, func(a, b string) int { return version(b) - version(a) })
	for _, initdb := range all {
		if _, err := os.Stat(filepath.Join(filepath.Dir(initdb), "postgres")); err == nil {
			return filepath.Dir(initdb), nil
		}
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("PostgreSQL is not installed: no initdb in /usr/lib/postgresql/*/bin or the search path")
	}
	return filepath.Dir(initdb), nil
}

// start makes a cluster and serves it. The server refuses to run as root, so it is nobody then.
func start(bin string) (stop func(), err error) {
	if server.dir, err = os.MkdirTemp("/tmp", "tocsin-pg-"); err != nil { // a socket's path must be short
		return nil, err
	}
	remove := func() { _ = os.RemoveAll(server.dir) }
	who, err := servant()
	if err != nil {
		return remove, err
	}
	secret := filepath.Join(server.dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o644); err != nil {
		return nil, err
	}
	if who.Credential != nil {
		if err := os.Chown(server.dir, int(who.Credential.Uid), int(who.Credential.Gid)); err != nil {
			return nil, err
		}
	}
	command := func(name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
		c, out := exec.Command(filepath.Join(bin, name), args...), &bytes.Buffer{}
		c.Dir, c.Stdout, c.Stderr, c.SysProcAttr = server.dir, out, out, who
		c.Env = append(os.Environ(), "LC_ALL=C")
		return c, out
	}
	data := filepath.Join(server.dir, "data")
	initdb, out := command("initdb", "-D", data, "-U", superuser, "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--pwfile", secret, "--no-sync")
	if err := initdb.Run(); err != nil {
		remove()
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	postgres, out := command("postgres", "-D", data, "-k", server.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB")
	if err := postgres.Start(); err != nil {
		remove()
		return nil, err
	}
	stop = func() {
		_ = postgres.Process.Signal(syscall.SIGINT) // fast shutdown
		_ = postgres.Wait()
		remove()
	}
	if err := ready(); err != nil {
		stop()
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return stop, nil
}

// servant gives the attributes of the server's process, which ends with the tests whatever happens.
func servant() (*syscall.SysProcAttr, error) {
	who := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return who, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	who.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return who, nil
}

func ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, address("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// address gives the address of a database of the server, password included.
func address(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, password), Path: "/" + database, RawQuery: url.Values{"host": {server.dir}}.Encode()}
	return u.String()
}

var databases atomic.Int64

// database makes an empty one for a test, and gives its address.
func database(tb testing.TB) string {
	needServer(tb)
	name := fmt.Sprintf("test_%d", databases.Add(1))
	conn, err := pgx.Connect(context.Background(), address("postgres"))
	require.NoError(tb, err)
	defer conn.Close(context.Background()) //nolint:errcheck // nothing hangs on it
	_, err = conn.Exec(context.Background(), "CREATE DATABASE "+name)
	require.NoError(tb, err)
	return address(name)
}
