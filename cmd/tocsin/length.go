package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// lengthFlag is a flag that says how long something lasts: whole days as 3d, or a Go duration.
type lengthFlag time.Duration

const maxDays = 100 * 365

// lengthVar adds such a flag. Backquotes in usage name what it takes, as with other flags.
func lengthVar(f *pflag.FlagSet, to *time.Duration, name string, fallback time.Duration, usage string) {
	*to = fallback
	f.Var((*lengthFlag)(to), name, usage)
}

// Set reads what was given.
func (l *lengthFlag) Set(text string) error {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= -maxDays && n <= maxDays {
			*l = lengthFlag(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("not a length of time; write it like 90s, 2h or 3d")
	}
	*l = lengthFlag(d)
	return nil
}

// String shows the default, and nothing for none.
func (l *lengthFlag) String() string {
	if *l == 0 {
		return ""
	}
	return length(time.Duration(*l).String())
}

// Type is what help shows where the usage names nothing.
func (l *lengthFlag) Type() string { return "duration" }
