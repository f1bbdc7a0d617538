package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newAlert(a *app) *cobra.Command {
	alert := group(&cobra.Command{Use: "alert", Short: "Fire and clear alerts by hand"})
	alert.AddCommand(
		newSignal(a, "fire", "Say that something is wrong", "  tocsin alert fire --service checkout --severity critical 'Checkout is slow'", (*client.Client).Fire),
		newSignal(a, "clear", "Say that it is over", "  tocsin alert clear --service checkout 'Checkout is slow'", (*client.Client).Clear),
	)
	return alert
}

type send func(*client.Client, context.Context, client.Signal) (client.Outcome, error)

func newSignal(a *app, verb, short, example string, do send) *cobra.Command {
	var s client.Signal
	var labels []string
	var lasts time.Duration
	c := &cobra.Command{
		Use: verb + " [SUMMARY]", Short: short, Example: example, Args: args(cobra.ArbitraryArgs),
		Long: short + ". The key names the alert within its service; left out, it is the summary.\nWithout --service the catalog's routes decide by the labels.",
	}
	c.RunE = func(c *cobra.Command, words []string) error {
		var err error
		if s.Labels, err = pairs(labels); err != nil {
			return misuse(c, err)
		}
		s.Summary = strings.Join(words, " ")
		if s.Key == "" {
			s.Key = s.Summary
		}
		if s.Key == "" {
			return misuse(c, errors.New("give a summary or --key"))
		}
		if lasts > 0 {
			s.ExpiresAt = a.now().Add(lasts)
		}
		out, err := do(a.client(), c.Context(), s)
		if err != nil {
			return err
		}
		return a.outcome(out)
	}
	f := c.Flags()
	f.StringVar(&s.Service, "service", "", "`id` of the service it concerns")
	f.StringVar(&s.Key, "key", "", "names the alert within its service (default: the summary)")
	f.StringVar(&s.DedupKey, "dedup-key", "", "names the incident it feeds (default: the key)")
	f.StringVar(&s.Severity, "severity", "", "critical, error, warning, info, or any other word")
	f.StringVar(&s.Description, "description", "", "more than the summary has room for")
	f.StringVar(&s.Link, "link", "", "`URL` of the page about it")
	f.StringArrayVar(&labels, "label", nil, "a label as `name=value`; may be given several times")
	lengthVar(f, &lasts, "for", 0, "it counts as cleared after this `time` if nothing more is heard (default: never)")
	return c
}

func pairs(all []string) (map[string]string, error) {
	out := make(map[string]string, len(all))
	for _, p := range all {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("label %q is not name=value", p)
		}
		out[name] = value
	}
	return out, nil
}

// outcome tells what an input led to, one line for each fact.
func (a *app) outcome(out client.Outcome) error {
	if a.json {
		return object(a.stdout, out)
	}
	for _, f := range out.Facts {
		fmt.Fprintf(a.stdout, "%s  %s\n", brief(f.Incident), clean(a.happened(f)))
	}
	if !out.Done {
		fmt.Fprintln(a.stderr, "accepted; what comes of it is not known yet")
	}
	return nil
}
