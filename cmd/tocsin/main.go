// Command tocsin is the whole of Tocsin in one binary: everything in one process by `tocsin up`,
// and the tool of people on call: alerts, incidents, timelines, on-call schedules, the catalog.
//
// In: arguments, flags, TOCSIN_* environment variables. Out: data on stdout, talk on stderr, and an
// exit code: 0 ok, 1 failed, 2 wrong usage, 3 not found. One file per noun; no rule lives here.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
