// Command natsd is a NATS server with JetStream for tests that run the services apart from it: the
// same server as the one inside `tocsin up`, syncing each write, in a process that can be killed.
//
// In: --data and --nats. Out: one line on stdout when it serves, "ready nats=nats://…".
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/daemon"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "natsd:", err)
		os.Exit(1)
	}
}

func run() error {
	data := flag.String("data", "./data", "folder of the data")
	addr := flag.String("nats", "127.0.0.1:4222", "host:port to listen on")
	flag.Parse()
	log, err := daemon.NewLog(os.Stderr, "info", "json")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: *data, Addr: *addr, Log: log})
	if err != nil {
		return err
	}
	fmt.Printf("ready nats=%s\n", srv.URL())
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	<-ended
	return srv.Stop()
}
