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

// fault is an error with a hint and an exit code. Zero values leave both to [classify].
type fault struct {
	err  error
	hint string
	code int
}

func (f fault) Error() string { return f.err.Error() }
func (f fault) Unwrap() error { return f.err }

// misuse formats an error that counts as wrong usage; [report] adds a hint to the command's help.
func misuse(format string, args ...any) error {
	return fault{err: fmt.Errorf(format, args...), code: codeUsage}
}

// args makes a failed check of the arguments count as wrong usage, and refuses empty arguments.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if err := check(c, given); err != nil {
			return misuse("%w", err)
		}
		if slices.Contains(given, "") {
			return misuse("an argument is empty")
		}
		return nil
	}
}

// report writes an error as `tocsin: …`, with its hint on a second line, and returns the exit code.
func report(to io.Writer, c *cobra.Command, err error) int {
	if err == nil {
		return codeOK
	}
	f := classify(err)
	if f.code == codeUsage && f.hint == "" {
		f.hint = "try '" + c.CommandPath() + " --help'"
	}
	fmt.Fprintf(to, "tocsin: %s\n", clean(strings.ReplaceAll(message(f.err), "\n", "; ")))
	if f.hint != "" {
		fmt.Fprintf(to, "hint: %s\n", clean(f.hint))
	}
	return f.code
}

// message returns the text of an error. Where the gateway rejects a field of a request body or query, the
// text names the field alone, because the user typed flags.
func message(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	var problem *client.Error
	if !errors.As(err, &problem) || problem.Status != 422 && problem.Status != 400 || len(problem.Errors) == 0 {
		return err.Error()
	}
	short := *problem
	short.Errors = slices.Clone(problem.Errors)
	for i, d := range short.Errors {
		short.Errors[i].Location = strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query.")
	}
	text := strings.TrimPrefix(short.Error(), "validation failed: ")
	return strings.Replace(err.Error(), problem.Error(), text, 1) // keeps the wrapping text
}

// classify adds the default hint and exit code where err has none of its own.
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

// meaning returns the hint and the exit code of errors that any command can run into.
func meaning(err error) (hint string, code int) {
	var network *net.OpError
	var problem *client.Error
	switch {
	case errors.Is(err, client.ErrNotFound):
		return "", codeNotFound
	case errors.Is(err, client.ErrUnauthorized):
		return "the token is in the file token of the data folder: set --data to that folder, or set --token or TOCSIN_TOKEN", codeFailed
	case errors.Is(err, client.ErrUnavailable):
		return "try again in a moment; 'tocsin doctor' shows what is wrong", codeFailed
	case errors.As(err, &problem) && (problem.Status == 400 || problem.Status == 422):
		return "", codeUsage // the gateway rejected the request as malformed
	case problem != nil, errors.Is(err, context.Canceled):
		return "", codeFailed
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return "is it running? Start it with 'tocsin up', or set --http to its address", codeFailed
	case strings.HasPrefix(err.Error(), "required flag"):
		return "", codeUsage
	}
	return "", codeFailed
}

// version returns the module version of the build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// notFound adds a hint to errors that say that something does not exist.
func notFound(err error, hint string) error {
	if err != nil && classify(err).code == codeNotFound {
		return fault{err: err, hint: hint, code: codeNotFound}
	}
	return err
}

func noIncident(err error) error {
	return notFound(err, "'tocsin incident list --status all' lists the incidents; an id may be shortened to 4 characters or more")
}

func noProblem(err error) error {
	return notFound(err, "'tocsin problem list --status all' lists the problems; an id may be shortened, with or without PRB-")
}

func noSchedule(err error) error {
	return notFound(err, "'tocsin schedule list' lists the schedules")
}

func noOverride(err error) error {
	return notFound(err, "'tocsin override list' lists the overrides; an id may be shortened to 4 characters or more")
}
