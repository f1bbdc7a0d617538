package main

import "github.com/spf13/cobra"

func newProblem(a *app) *cobra.Command {
	problem := group(&cobra.Command{Use: "problem", Short: "What lies behind incidents: candidates, records, known errors"})
	problem.AddCommand(newCandidates(a))
	return problem
}
