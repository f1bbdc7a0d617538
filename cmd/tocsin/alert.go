package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newAlert(a *app) *cobra.Command {
	return group(&cobra.Command{Use: "alert", Short: "Fire and clear alerts"},
		newSignal(a, "fire", "Fire an alert", "  tocsin alert fire --service checkout --severity critical 'Checkout is slow'", (*client.Client).Fire),
		newSignal(a, "clear", "Clear an alert", "  tocsin alert clear --service checkout 'Checkout is slow'", (*client.Client).Clear),
	)
}

func newSignal(a *app, verb, short, example string, send func(*client.Client, context.Context, client.Signal) (client.Outcome, error)) *cobra.Command {
	var s client.Signal
	var labels []string
	var lasts time.Duration
	c := &cobra.Command{
		Use: verb + " [SUMMARY]", Short: short, Example: example, Args: args(cobra.ArbitraryArgs),
		Long: short + `. The key identifies the alert within its service; it defaults to the summary.
Without --service, the catalog's routes choose the service by the labels.`,
		RunE: func(c *cobra.Command, words []string) (err error) {
			if s.Labels, err = pairs(labels); err != nil {
				return err
			}
			s.Summary = strings.Join(words, " ")
			if s.Key == "" {
				s.Key = s.Summary
			}
			if s.Key == "" {
				return misuse("give a summary or --key")
			}
			if lasts > 0 {
				s.ExpiresAt = a.now().Add(lasts)
			}
			out, err := send(a.client(), c.Context(), s)
			if err != nil {
				return err
			}
			return a.outcome(out)
		},
	}
	f := c.Flags()
	f.StringVar(&s.Service, "service", "", "`id` of the service")
	f.StringVar(&s.Key, "key", "", "identifies the alert within its service (default: the summary)")
	f.StringVar(&s.DedupKey, "dedup-key", "", "identifies the incident that the alert belongs to (default: the key)")
	f.StringVar(&s.Severity, "severity", "", "critical, error, warning, info, or any other word")
	f.StringVar(&s.Description, "description", "", "longer text than the summary")
	f.StringVar(&s.Link, "link", "", "`URL` of a page about the alert")
	f.StringArrayVar(&labels, "label", nil, "label as `name=value`; may be repeated")
	durationVar(f, &lasts, "for", 0, "clear the alert after this `time` unless it fires again (default: never)")
	return c
}
