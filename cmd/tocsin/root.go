package main

import (
	"context"
	"errors"
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

// app is what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// The flags of all commands; see newRoot.
	http, token, data string
	json              bool
}

// run is the program: it gives the exit code and never ends the process. An interrupt or SIGTERM
// ends the context of the command that runs.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	root := newRoot(a)
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	return report(stderr, c, err)
}

// newRoot makes the tree of commands. A noun is one entry of the slice and one file.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use: "tocsin", Short: "Turns monitoring alerts into answered pages", Version: version(),
		Long: `Tocsin turns monitoring alerts into answered pages: alerts become incidents, incidents climb
escalation policies until a person answers, and everything leaves a timeline.

Data goes to stdout and talk to stderr. Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not found.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	group(root)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return misuse(c, err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.http, "http", env("TOCSIN_HTTP", "http://127.0.0.1:8080"), "`address` of the gateway, host:port or URL (TOCSIN_HTTP)")
	flags.StringVar(&a.token, "token", "", "the API token (TOCSIN_TOKEN; else the file token in the data folder)")
	flags.StringVar(&a.data, "data", env("TOCSIN_DATA", "./data"), "the data `folder` (TOCSIN_DATA)")
	flags.BoolVar(&a.json, "json", false, "write JSON: one array for a list, one object for a single thing")
	root.AddCommand(
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
	return root
}

func env(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

// client makes the API's client with the token that flag, environment or data folder gives. Without
// any the gateway will say so, and the hint tells where to look.
func (a *app) client() *client.Client {
	token := a.token
	if token == "" {
		token = os.Getenv("TOCSIN_TOKEN")
	}
	if token == "" {
		if b, err := os.ReadFile(filepath.Join(a.data, "token")); err == nil {
			token = string(b)
		}
	}
	return client.New(a.http, strings.TrimSpace(token))
}

// group makes c a noun: called without a verb it shows its help and counts as wrong usage.
func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			c.SetOut(c.ErrOrStderr())
			c.Help() //nolint:errcheck // stderr is all there is
			return fault{err: errors.New("say what to do"), hint: "the commands are listed above", code: codeUsage}
		}
		hint := "try '" + c.CommandPath() + " --help'"
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean '" + c.CommandPath() + " " + near[0] + "'?"
		}
		return fault{err: fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), hint: hint, code: codeUsage}
	}
	c.SuggestionsMinimumDistance = 2
	return c
}
