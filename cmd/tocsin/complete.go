package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// completeTime is how long a shell waits for completions.
const completeTime = time.Second

type completion = func(c *cobra.Command, given []string, prefix string) ([]string, cobra.ShellCompDirective)

// offer makes a completion of what find returns, each a word with an optional tab and description. Errors offer
// nothing.
func offer(find func(ctx context.Context, given []string) ([]string, error)) completion {
	return func(c *cobra.Command, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(c.Context(), completeTime)
		defer cancel()
		all, err := find(ctx, given)
		if err != nil {
			all = nil
		}
		return slices.DeleteFunc(all, func(one string) bool {
			word, _, _ := strings.Cut(one, "\t")
			return !strings.HasPrefix(word, prefix) || slices.Contains(given, word)
		}), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeIncidents offers the incidents with a status.
func (a *app) completeIncidents(status string) completion {
	return offer(func(ctx context.Context, _ []string) (out []string, err error) {
		all, err := a.client().Incidents(ctx, client.Query{Status: status, Limit: 200})
		for _, i := range all {
			out = append(out, i.ID+"\t"+clean(fit(i.Service+": "+i.Title, 60)))
		}
		return out, err
	})
}

// completeSchedules offers the schedules for the first argument, with who is on call.
func (a *app) completeSchedules(c *cobra.Command, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
	return offer(func(ctx context.Context, given []string) (out []string, err error) {
		if len(given) > 0 {
			return nil, nil
		}
		all, err := a.client().Duties(ctx, time.Time{})
		for _, d := range all {
			out = append(out, d.Schedule+"\t"+strings.Join(d.People, ", "))
		}
		return out, err
	})(c, given, prefix)
}

// completePeople offers everybody who takes turns in a schedule.
func (a *app) completePeople(c *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	return offer(func(ctx context.Context, _ []string) (out []string, err error) {
		all, err := a.client().Schedules(ctx)
		for _, schedule := range all {
			out = append(out, schedule.People...)
		}
		slices.Sort(out)
		return slices.Compact(out), err
	})(c, nil, prefix)
}

// completeOverrides offers the schedules for the first argument, and the schedule's overrides after that.
func (a *app) completeOverrides(c *cobra.Command, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(given) == 0 {
		return a.completeSchedules(c, given, prefix)
	}
	return offer(func(ctx context.Context, given []string) (out []string, err error) {
		all, err := a.client().Overrides(ctx, given[0])
		for _, o := range all {
			out = append(out, o.ID+"\t"+o.Kind+": "+overrideText(o))
		}
		return out, err
	})(c, given, prefix)
}
