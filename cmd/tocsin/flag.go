package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/client"
)

// Texts that several flags share.
const (
	instantForms  = "RFC 3339, '2026-12-24 18:00' or '18:00' in local time, or '+8h' from now"
	fromFileUsage = "read facts from this `file` instead, one CloudEvent per line; - reads stdin"
)

// needs marks flags as required.
func needs(c *cobra.Command, flags ...string) {
	for _, flag := range flags {
		c.MarkFlagRequired(flag) //nolint:errcheck // the flag exists
	}
}

// complete sets the completion of a flag.
func (a *app) complete(c *cobra.Command, flag string, words completion) {
	c.RegisterFlagCompletionFunc(flag, words) //nolint:errcheck // the flag exists
}

// choice adds a flag that takes one of a few words. The gateway checks it.
func (a *app) choice(c *cobra.Command, to *string, flag, fallback, usage string, words ...string) {
	c.Flags().StringVar(to, flag, fallback, usage)
	a.complete(c, flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// person adds a flag that takes a person's id.
func (a *app) person(c *cobra.Command, to *string, flag, usage string) {
	c.Flags().StringVar(to, flag, "", usage)
	a.complete(c, flag, a.completePeople)
}

func (a *app) by(c *cobra.Command, by *string) {
	c.Flags().StringVar(by, "by", currentUser(), "who does this: a person's id, or any name")
	a.complete(c, "by", a.completePeople)
}

// ask adds the flags of every command that the engine records: --by and --note.
func (a *app) ask(c *cobra.Command, ask *client.Ask) {
	a.by(c, &ask.By)
	c.Flags().StringVar(&ask.Note, "note", "", "free text for the timeline")
}

// archiveVar adds --archive.
func archiveVar(f *pflag.FlagSet, to *string) {
	f.StringVar(to, "archive", os.Getenv("TOCSIN_ARCHIVE"), "archive: a SQLite `file`, or postgres://… (TOCSIN_ARCHIVE; default: archive.db in the data folder)")
	f.Lookup("archive").DefValue = assembly.ShownArchive(*to) // help must not show a password
}

func currentUser() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// pairs parses labels written as name=value.
func pairs(all []string) (map[string]string, error) {
	out := make(map[string]string, len(all))
	for _, p := range all {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, misuse("--label %q: not name=value", p)
		}
		if was, twice := out[name]; twice && was != value {
			return nil, misuse("--label %q: %s=%s is given already, and an alert has one value per label", p, name, was)
		}
		out[name] = value
	}
	return out, nil
}

// timezone parses --timezone.
func timezone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, misuse("--timezone: unknown time zone %q", name)
	}
	return zone, nil
}

// reportPeriod parses --from and --to as reports and replays do: dates are midnight in zone, and an empty
// bound is the zero time.
func reportPeriod(from, to string, zone *time.Location) (first, end time.Time, err error) {
	if first, err = measure.ParseInstant(from, zone); err != nil {
		return first, end, misuse("--from: %w", err)
	}
	if end, err = measure.ParseInstant(to, zone); err != nil {
		return first, end, misuse("--to: %w", err)
	}
	if !first.IsZero() && !end.IsZero() && !first.Before(end) {
		return first, end, misuse("--to is not after --from")
	}
	return first, end, nil
}

// localPeriod parses --from and --to as [instant] does.
func localPeriod(from, to string, now time.Time) (first, end time.Time, err error) {
	if first, err = instant(from, now); err != nil {
		return first, end, misuse("--from: %w", err)
	}
	if end, err = instant(to, now); err != nil {
		return first, end, misuse("--to: %w", err)
	}
	return first, end, nil
}

// instant parses an instant in local time. The empty string is the zero time, which means now.
func instant(s string, now time.Time) (time.Time, error) { return zonedInstant(s, now, time.Local) }

// zonedInstant is [instant] in another time zone.
func zonedInstant(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if offset, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(offset)
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is not an instant: %q is not a duration", s, offset)
		}
		return now.Add(d), nil
	}
	for _, form := range []string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly,
	} {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		y, m, d := now.In(zone).Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone), nil
	}
	return time.Time{}, fmt.Errorf("%q is not an instant such as '2026-12-24 18:00', 18:00 or +8h", s)
}

// futureInstant is [zonedInstant] for the end of something: a time of day that has passed means tomorrow.
func futureInstant(s string, now time.Time, zone *time.Location) (time.Time, error) {
	t, err := zonedInstant(s, now, zone)
	if _, clock := time.Parse("15:04", s); clock == nil && err == nil && !t.After(now) {
		y, m, d := t.Date()
		t = time.Date(y, m, d+1, t.Hour(), t.Minute(), 0, 0, zone)
	}
	return t, err
}

// span adds --until and --for, which set s before the command runs. Without either s stays empty, which
// is an error if one is required.
func (a *app) span(c *cobra.Command, s *client.Span, required bool) {
	var until string
	var lasts time.Duration
	c.Flags().StringVar(&until, "until", "", "when it ends: "+instantForms)
	durationVar(c.Flags(), &lasts, "for", 0, "how long it lasts, instead of --until: 2h, 3d")
	c.PreRunE = func(c *cobra.Command, _ []string) (err error) {
		given := c.Flags().Changed("for")
		switch {
		case given && until != "":
			return misuse("--for and --until cannot be combined")
		case given && lasts <= 0:
			return misuse("--for needs a positive duration such as 2h")
		case given:
			s.For = lasts.String()
		case until != "":
			if s.Until, err = futureInstant(until, a.now(), time.Local); err != nil {
				return misuse("--until: %w", err)
			}
		case required:
			return misuse("say how long: --for 2h, or --until 18:00")
		}
		return nil
	}
}

// durationFlag is a flag for a duration: whole days such as 3d, or a Go duration.
type durationFlag time.Duration

const maxDays = 100 * 365

// durationVar adds a [durationFlag].
func durationVar(f *pflag.FlagSet, to *time.Duration, name string, fallback time.Duration, usage string) {
	*to = fallback
	f.Var((*durationFlag)(to), name, usage)
}

// Set parses a duration.
func (l *durationFlag) Set(text string) error {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= -maxDays && n <= maxDays {
			*l = durationFlag(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("not a duration; write it like 90s, 2h or 3d")
	}
	*l = durationFlag(d)
	return nil
}

// String returns the default for the help; empty for none.
func (l *durationFlag) String() string {
	if *l == 0 {
		return ""
	}
	return shortDuration(time.Duration(*l).String())
}

// Type is the name of the value in the help.
func (l *durationFlag) Type() string { return "duration" }

// shortDuration drops the zero units of a Go duration: "4h0m0s" becomes "4h". Other text stays as it is.
func shortDuration(s string) string {
	d, err := time.ParseDuration(s)
	if err != nil {
		return s
	}
	s = d.Round(time.Second).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

// age returns the time between two instants as people say it roughly; "" if either is unknown.
func age(since, until time.Time) string {
	d := max(until.Sub(since), 0)
	switch {
	case since.IsZero() || until.IsZero():
		return ""
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
