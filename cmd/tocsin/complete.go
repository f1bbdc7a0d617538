package main

import (
	"context"
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

// likely gives the status of incidents that a verb is about.
func likely(verb string) string {
	switch verb {
	case "ack":
		return "triggered"
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
