// Command notifier delivers: a page becomes notifications, tried until one is delivered.
//
// In: flags, TOCSIN_* environment variables, an external NATS. Out: notifications on
// channels, and receipts.
package main

import (
	"os"

	"tocsin.dev/cmd/internal/assembly"
)

func main() {
	os.Exit(assembly.Service{
		Name: "notifier", Short: "Delivers: a page becomes notifications, tried until one is delivered", HTTP: "127.0.0.1:8082",
		Parts: assembly.Only((*assembly.Runtime).Notifier),
	}.Main())
}
