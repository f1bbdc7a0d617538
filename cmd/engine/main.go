// Command engine decides: alerts become incidents, incidents escalate, people are paged.
//
// In: flags, TOCSIN_* environment variables, an external NATS. Out: records on LEDGER.
package main

import (
	"os"

	"tocsin.dev/cmd/internal/assembly"
)

func main() {
	os.Exit(assembly.Service{
		Name: "engine", Short: "Decides: alerts become incidents, incidents escalate", HTTP: "127.0.0.1:8081",
		Parts: assembly.Only((*assembly.Runtime).Engine),
	}.Main())
}
