package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// The exit codes.
const (
	codeOK       = 0
	codeFailed   = 1
	codeUsage    = 2
	codeNotFound = 3
)

// fault is an error with a hint and an exit code; zero values leave both to report.
type fault struct {
	err  error
	hint string
	code int
}

func (f fault) Error() string { return f.err.Error() }
func (f fault) Unwrap() error { return f.err }

// misuse marks an error as wrong usage of c.
func misuse(c *cobra.Command, err error) error {
	return fault{err: err, hint: "try '" + c.CommandPath() + " --help'", code: codeUsage}
}

// args makes a check of arguments count as wrong usage.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if err := check(c, given); err != nil {
			return misuse(c, err)
		}
		if slices.Contains(given, "") {
			return misuse(c, errors.New("an argument is empty"))
		}
		return nil
	}
}

// report writes an error of a command as `tocsin: …` with its hint and gives the exit code.
func report(to io.Writer, c *cobra.Command, err error) int {
	if err == nil {
		return codeOK
	}
	f := classify(err)
	if f.code == codeUsage && f.hint == "" {
		f.hint = misuse(c, err).(fault).hint //nolint:errorlint // it is one
	}
	fmt.Fprintf(to, "tocsin: %s\n", clean(strings.ReplaceAll(spoken(f.err), "\n", "; ")))
	if f.hint != "" {
		fmt.Fprintf(to, "hint: %s\n", clean(f.hint))
	}
	return f.code
}

// spoken gives the words of an error. What the gateway says of a request it does not understand is about
// bodies and queries; here people gave flags.
func spoken(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	var problem *client.Error
	if !errors.As(err, &problem) || problem.Status != 422 && problem.Status != 400 || len(problem.Errors) == 0 {
		return err.Error()
	}
	told := *problem
	told.Errors = slices.Clone(problem.Errors)
	for i, d := range told.Errors {
		told.Errors[i].Location = strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query.")
	}
	words := strings.TrimPrefix(told.Error(), "validation failed: ")
	return strings.Replace(err.Error(), problem.Error(), words, 1) // what was put before it stays
}

// classify fills in what the error's maker left open.
func classify(err error) fault {
	var f fault
	if !errors.As(err, &f) {
		f = fault{err: err}
	} else {
		f.err = err
	}
	hint, code := meaning(err)
	if f.hint == "" {
		f.hint = hint
	}
	if f.code == 0 {
		f.code = code
	}
	return f
}

// meaning gives the hint and the exit code of errors that any command may meet.
func meaning(err error) (hint string, code int) {
	var network *net.OpError
	var problem *client.Error
	switch {
	case errors.Is(err, client.ErrNotFound):
		return "", codeNotFound
	case errors.Is(err, client.ErrUnauthorized):
		return "the token lies in the file token of the data folder; name the folder with --data, or give --token or TOCSIN_TOKEN", codeFailed
	case errors.Is(err, client.ErrUnavailable):
		return "try again in a moment; 'tocsin doctor' says what is wrong", codeFailed
	case errors.As(err, &problem) && (problem.Status == 400 || problem.Status == 422):
		return "", codeUsage // the gateway did not understand what was asked
	case problem != nil, errors.Is(err, context.Canceled):
		return "", codeFailed
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return "is it running? 'tocsin up' starts it, --http says where it is", codeFailed
	case strings.HasPrefix(err.Error(), "required flag"):
		return "", codeUsage
	}
	return "", codeFailed
}

// version is what the build knows of itself.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
