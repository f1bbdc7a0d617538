package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// followPause is the time between two reads of a followed timeline.
const followPause = time.Second

func newTimeline(a *app) *cobra.Command {
	var follow bool
	show := &cobra.Command{
		Use: "show ID", Short: "Show the timeline of an incident", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, ids []string) error {
			if follow {
				return a.follow(c.Context(), ids[0])
			}
			all, err := a.client().Timeline(c.Context(), ids[0], 0)
			if err != nil {
				return noIncident(err)
			}
			return a.show(all, func() {
				for _, e := range all {
					a.showEntry(e)
				}
			})
		},
	}
	show.Flags().BoolVarP(&follow, "follow", "f", false, "keep printing new entries until interrupted; with --json one object per line")
	return group(&cobra.Command{Use: "timeline", Short: "Show what happened to an incident, in order"}, show)
}

func (a *app) showEntry(e client.Entry) {
	fmt.Fprintf(a.stdout, "%4d  %s  %s", e.Seq, a.short(e.At), clean(e.Summary))
	if e.Reason != "" && !strings.Contains(e.Summary, e.Reason) {
		fmt.Fprintf(a.stdout, "  (%s)", clean(e.Reason))
	}
	fmt.Fprintln(a.stdout)
}

// follow prints the timeline, and then each new entry until ctx is done.
func (a *app) follow(ctx context.Context, id string) error {
	c, after := a.client(), uint64(0)
	ticker := time.NewTicker(followPause)
	defer ticker.Stop()
	for {
		all, err := c.Timeline(ctx, id, after)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return noIncident(err)
		}
		for _, e := range all {
			after = e.Seq
			if !a.json {
				a.showEntry(e)
			} else if err := line(a.stdout, e); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
