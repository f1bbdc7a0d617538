package inmem_test

import (
	"testing"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/bustest"
	"tocsin.dev/internal/bus/inmem"
)

func TestSuite(t *testing.T) {
	bustest.Run(t, func(*testing.T) bus.Bus { return inmem.New(inmem.Config{Clock: time.Now}) })
}
