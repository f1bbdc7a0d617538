package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// app holds what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// The global flags; see newRoot.
	http, token, data string
	json              bool
}

// run executes the command line and returns the exit code. An interrupt or SIGTERM cancels the context
// of the command.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&app{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(a)
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	return report(a.stderr, c, err)
}

// newRoot returns the tree of commands. Each noun has its own file.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use: "tocsin", Short: "Turn monitoring alerts into answered pages", Version: version(),
		Long: `Tocsin turns monitoring alerts into answered pages. Alerts become incidents, incidents escalate until
a person answers, and everything that happens is recorded in a timeline.

Data goes to stdout, messages go to stderr. Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not found.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse("%w", err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.http, "http", env("TOCSIN_HTTP", "http://127.0.0.1:8080"), "`address` of the gateway, host:port or URL (TOCSIN_HTTP)")
	flags.StringVar(&a.token, "token", "", "API token (TOCSIN_TOKEN; default: the file token in the data folder)")
	flags.StringVar(&a.data, "data", env("TOCSIN_DATA", "./data"), "data `folder` (TOCSIN_DATA)")
	flags.BoolVar(&a.json, "json", false, "print JSON: an array for a list, an object for a single item")
	return group(root,
		newAlert(a),
		newIncident(a),
		newTasks(a),
		newProblem(a),
		newArchive(a),
		newTimeline(a),
		newWhy(a),
		newOnCall(a),
		newSchedule(a),
		newOverride(a),
		newCatalog(a),
		newPolicy(a),
		newReport(a),
		newSuggest(a),
		newReplay(a),
		newShadow(a),
		newWatch(a),
		newDoctor(a),
		newUp(a),
		newDemo(a),
	)
}

func env(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

// client returns a client of the gateway with the token from the flag, the environment or the data
// folder. Without a token the gateway refuses, and the error's hint says where the token is.
func (a *app) client() *client.Client {
	token := cmp.Or(a.token, os.Getenv("TOCSIN_TOKEN"))
	if token == "" {
		b, _ := os.ReadFile(filepath.Join(a.data, "token"))
		token = string(b)
	}
	return client.New(a.http, strings.TrimSpace(token))
}

// group adds the commands to c, which does nothing itself: without a command it prints its help and fails
// with wrong usage.
func group(c *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			c.SetOut(c.ErrOrStderr())
			c.Help() //nolint:errcheck // stderr is all there is
			return fault{err: fmt.Errorf("%q needs a command", c.CommandPath()), hint: "choose one of the commands listed above", code: codeUsage}
		}
		hint := ""
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean '" + c.CommandPath() + " " + near[0] + "'?"
		}
		return fault{err: fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), hint: hint, code: codeUsage}
	}
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(commands...)
	return c
}
