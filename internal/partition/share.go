package partition

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
)

// ShareConfig says how the instances of a service share its partitions.
type ShareConfig struct {
	Leases bus.Leases
	// Service names the leases: "engine", "notifier".
	Service string
	// Instance names this process.
	Instance   string
	Partitions int
	// Beat is how often leases are renewed; a third of their TTL. Defaults to 1 s.
	Beat time.Duration
	// Run owns one partition until its context ends (nil) or it is lost (an error).
	Run func(ctx context.Context, partition int) error
	Log *zap.Logger
}

// Share keeps taking a fair share of the partitions and runs each, until ctx ends and all are done. When an
// instance dies its leases expire, and the others take them within the TTL and a beat.
func Share(ctx context.Context, cfg ShareConfig) error {
	if cfg.Beat == 0 {
		cfg.Beat = time.Second
	}
	s := &share{cfg: cfg, running: map[int]*running{}}
	defer s.stopAll(ctx)
	ticker := time.NewTicker(cfg.Beat)
	defer ticker.Stop()
	quick := time.NewTicker(cfg.Beat / 4)
	defer quick.Stop()
	s.beat(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s.beat(ctx)
		case <-quick.C:
			s.reap(ctx)
		}
	}
}

type share struct {
	cfg     ShareConfig
	running map[int]*running
}

// running is one owned partition.
type running struct {
	stop context.CancelFunc
	done chan struct{}
	err  error
}

// beat announces this instance, renews its leases, gives up partitions beyond its share and takes free ones.
func (s *share) beat(ctx context.Context) {
	if err := s.cfg.Leases.Hold(ctx, s.instanceLease(s.cfg.Instance), s.cfg.Instance); err != nil {
		s.cfg.Log.Warn("cannot announce this instance", zap.Error(err))
		return // without the bus nothing can be renewed or taken; what runs is guarded by its fence
	}
	s.renew(ctx)
	fair := s.fairShare(ctx)
	for p := range s.running {
		if len(s.running) <= fair {
			break
		}
		s.giveUp(ctx, p)
	}
	s.takeFree(ctx, fair)
}

// renew renews the leases. A partition whose lease somebody else holds is given up. Any other failure is not
// a reason to stop, since the fence decides.
func (s *share) renew(ctx context.Context) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var taken []int
	for p := range s.running {
		wg.Go(func() {
			if err := s.cfg.Leases.Hold(ctx, s.lease(p), s.cfg.Instance); errors.Is(err, bus.ErrHeld) {
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, p)
			}
		})
	}
	wg.Wait()
	for _, p := range taken {
		s.giveUp(ctx, p)
	}
}

// fairShare is how many partitions each living instance should hold, rounded up.
func (s *share) fairShare(ctx context.Context) int {
	alive, err := s.cfg.Leases.Held(ctx, s.cfg.Service+".instance.")
	if err != nil || len(alive) == 0 {
		return s.cfg.Partitions
	}
	return (s.cfg.Partitions + len(alive) - 1) / len(alive)
}

// takeFree tries to take partitions that nobody holds. Instances begin at different ones, so that they do
// not race.
func (s *share) takeFree(ctx context.Context, fair int) {
	held, err := s.cfg.Leases.Held(ctx, s.cfg.Service+".partition.")
	if err != nil {
		return
	}
	start := int(s.cfg.Instance[len(s.cfg.Instance)-1]) % s.cfg.Partitions
	for n := range s.cfg.Partitions {
		p := (start + n) % s.cfg.Partitions
		if len(s.running) >= fair {
			return
		}
		owner := held[s.lease(p)]
		if s.running[p] != nil || owner != "" && owner != s.cfg.Instance {
			continue
		}
		if err := s.cfg.Leases.Hold(ctx, s.lease(p), s.cfg.Instance); err == nil {
			s.start(ctx, p)
		}
	}
}

func (s *share) start(ctx context.Context, p int) {
	own, stop := context.WithCancel(ctx)
	r := &running{stop: stop, done: make(chan struct{})}
	s.running[p] = r
	s.cfg.Log.Debug("partition taken", zap.String("service", s.cfg.Service), zap.Int("partition", p))
	go func() {
		defer close(r.done)
		r.err = s.cfg.Run(own, p)
	}()
}

// reap releases partitions that stopped without being asked to. The next beat, of this instance or another,
// takes them again.
func (s *share) reap(ctx context.Context) {
	for p, r := range s.running {
		select {
		case <-r.done:
		default:
			continue
		}
		if ctx.Err() == nil {
			s.lost(p, r.err)
		}
		s.giveUp(ctx, p)
	}
}

func (s *share) lost(p int, err error) {
	fields := []zap.Field{zap.String("service", s.cfg.Service), zap.Int("partition", p), zap.Error(err)}
	if errors.Is(err, bus.ErrFenced) {
		s.cfg.Log.Info("partition lost to another owner", fields...)
		return
	}
	s.cfg.Log.Error("partition stopped", fields...)
}

func (s *share) giveUp(ctx context.Context, p int) {
	r := s.running[p]
	r.stop()
	<-r.done
	delete(s.running, p)
	if err := s.cfg.Leases.Release(context.WithoutCancel(ctx), s.lease(p), s.cfg.Instance); err != nil {
		s.cfg.Log.Debug("lease not released", zap.Int("partition", p), zap.Error(err))
	}
}

func (s *share) stopAll(ctx context.Context) {
	for _, r := range s.running {
		r.stop()
	}
	for p := range s.running {
		s.giveUp(ctx, p)
	}
	late := context.WithoutCancel(ctx)
	if err := s.cfg.Leases.Release(late, s.instanceLease(s.cfg.Instance), s.cfg.Instance); err != nil {
		s.cfg.Log.Debug("instance lease not released", zap.Error(err))
	}
}

func (s *share) lease(p int) string { return fmt.Sprintf("%s.partition.%d", s.cfg.Service, p) }

func (s *share) instanceLease(instance string) string {
	return s.cfg.Service + ".instance." + strings.ReplaceAll(instance, ".", "-")
}
