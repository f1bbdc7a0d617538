package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// completeTime bounds how long a shell waits for names.
const completeTime = time.Second

type completion = func(c *cobra.Command, given []string, toComplete string) ([]string, cobra.ShellCompDirective)

// completeIncidents offers the ids of incidents with a status, and their titles.
func (a *app) completeIncidents(status string) completion {
	return func(c *cobra.Command, given []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(c.Context(), completeTime)
		defer cancel()
		all, err := a.client().Incidents(ctx, client.Query{Status: status, Limit: 200})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, i := range all {
			if strings.HasPrefix(i.ID, toComplete) && !contains(given, i.ID) {
				out = append(out, i.ID+"\t"+clean(fit(i.Service+": "+i.Title, 60)))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeSchedules offers the names of schedules, and who is on call.
func (a *app) completeSchedules(c *cobra.Command, given []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completeTime)
	defer cancel()
	all, err := a.client().Duties(ctx, time.Time{})
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, d := range all {
		if strings.HasPrefix(d.Schedule, toComplete) {
			out = append(out, d.Schedule+"\t"+strings.Join(d.People, ", "))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completePeople offers the ids of those who take turns in a schedule.
func (a *app) completePeople(c *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completeTime)
	defer cancel()
	all, err := a.client().Schedules(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, schedule := range all {
		for _, person := range schedule.People {
			if strings.HasPrefix(person, toComplete) && !contains(out, person) {
				out = append(out, person)
			}
		}
	}
	slices.Sort(out)
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeOverrides offers schedules first, and then the overrides of the one that was given.
func (a *app) completeOverrides(c *cobra.Command, given []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(given) == 0 {
		return a.completeSchedules(c, given, toComplete)
	}
	ctx, cancel := context.WithTimeout(c.Context(), completeTime)
	defer cancel()
	all, err := a.client().Overrides(ctx, given[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, o := range all {
		if strings.HasPrefix(o.ID, toComplete) && !contains(given, o.ID) {
			out = append(out, o.ID+"\t"+o.Kind+": "+whose(o))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// likely gives the status of incidents that a verb is about.
func likely(verb string) string {
	switch verb {
	case "ack":
		return "triggered"
	case "wake":
		return "snoozed"
	case "close":
		return "all"
	case "unack":
		return "acknowledged"
	case "reopen":
		return "resolved"
	}
	return "open"
}

func contains(all []string, s string) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}
