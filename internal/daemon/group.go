// Package daemon has what all processes need: a log, health and metrics over HTTP, signals, and an ordered
// stop.
//
// In: parts that run until their context ends. Out: one Run that blocks until all of them are
// done. It imports nothing of Tocsin and knows no part by name.
package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// Part is something that runs until its context ends. The first part to stop stops the rest, even when it
// returns nil.
type Part struct {
	Name string
	Run  func(ctx context.Context) error
}

// Group runs parts together and stops them one after the other.
type Group struct {
	log   *zap.Logger
	parts []*member
}

type member struct {
	Part
	stop context.CancelFunc
	done chan struct{}
	err  error
}

// NewGroup returns an empty group.
func NewGroup(log *zap.Logger) *Group { return &Group{log: log} }

// Add appends a part. Parts are stopped in the order of adding.
func (g *Group) Add(p Part) { g.parts = append(g.parts, &member{Part: p, done: make(chan struct{})}) }

// StopTimeout is how long one part may take to stop before it is abandoned.
const StopTimeout = 15 * time.Second

// Run starts all parts, and stops them when ctx ends or one of them returns. It returns the error of that part
// and of those that failed to stop.
func (g *Group) Run(ctx context.Context) error {
	first := make(chan *member, len(g.parts))
	for _, m := range g.parts {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		m.stop = stop
		go func() {
			defer close(m.done)
			m.err = m.Run(own)
			first <- m
		}()
	}
	var early *member
	select {
	case <-ctx.Done():
	case early = <-first:
		g.log.Error("a part stopped; stopping the rest", zap.String("part", early.Name), zap.Error(early.err))
	}
	return g.stopInOrder(early)
}

func (g *Group) stopInOrder(early *member) error {
	var errs []error
	if early != nil {
		errs = append(errs, fmt.Errorf("%s stopped: %w", early.Name, cmp.Or(early.err, errEnded)))
	}
	for _, m := range g.parts {
		m.stop()
		select {
		case <-m.done:
			if m.err != nil && m != early && !errors.Is(m.err, context.Canceled) {
				errs = append(errs, fmt.Errorf("%s: %w", m.Name, m.err))
			}
		case <-time.After(StopTimeout):
			errs = append(errs, fmt.Errorf("%s did not stop within %s", m.Name, StopTimeout))
		}
	}
	return errors.Join(errs...)
}

var errEnded = errors.New("it ended without an error")

// SignalContext ends at SIGINT or SIGTERM. A second signal ends the process at once.
func SignalContext(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var once sync.Once
	stop := func() { once.Do(func() { signal.Stop(signals); cancel() }) }
	go func() {
		select {
		case <-ctx.Done():
		case <-signals:
			cancel()
			if _, again := <-signals; again {
				os.Exit(1)
			}
		}
	}()
	return ctx, stop
}
