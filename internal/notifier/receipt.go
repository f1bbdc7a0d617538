package notifier

import (
	"context"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

// posts sends receipts to INTAKE, packed into one message per partition of services. It sends each until
// INTAKE has it; a receipt is safe to send twice.
type posts struct {
	notifier *Notifier

	mu      sync.Mutex
	waiting []*closing
	sending bool
	// sent is the newest record up to which all receipts are on INTAKE, newest the newest record.
	sent, newest uint64
}

func (p *posts) add(c *closing) {
	if c.Silent {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, c)
}

// mark returns the record up to which every receipt is on INTAKE.
func (p *posts) mark() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

func (p *posts) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sending || len(p.waiting) > 0
}

// committed notes the newest record and starts sending.
func (p *posts) committed(ctx context.Context, record uint64) {
	p.mu.Lock()
	p.newest = record
	if !p.sending && len(p.waiting) == 0 {
		p.sent = record
	}
	p.mu.Unlock()
	p.start(ctx)
}

// start sends the waiting receipts in the background, unless a batch is being sent.
func (p *posts) start(ctx context.Context) {
	p.mu.Lock()
	start := !p.sending && len(p.waiting) > 0
	p.sending = p.sending || start
	p.mu.Unlock()
	if start {
		p.notifier.cfg.Launch(func() { p.run(context.WithoutCancel(ctx)) })
	}
}

// giveUpAfter is how long a batch is tried; then it waits for the next commit, or the next owner.
const giveUpAfter = 10 * time.Minute

func (p *posts) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, giveUpAfter)
	defer cancel()
	for {
		p.mu.Lock()
		batch, upTo := p.waiting, p.newest
		p.waiting = nil
		if len(batch) == 0 {
			p.sending, p.sent = false, upTo
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		if err := p.post(ctx, batch); err != nil {
			p.notifier.cfg.Log.Error("cannot post receipts yet; the next commit tries again", zap.Int("receipts", len(batch)), zap.Error(err))
			p.mu.Lock()
			p.sending, p.waiting = false, append(batch, p.waiting...)
			p.mu.Unlock()
			return
		}
		now := p.notifier.cfg.Clock().UnixNano()
		for _, c := range batch {
			c.posted.Store(now)
		}
		p.notifier.metrics.receipts.Add(float64(len(batch)))
	}
}

// receiptsAtOnce keeps a message well below the size limit.
const receiptsAtOnce = 300

func (p *posts) post(ctx context.Context, batch []*closing) error {
	services, _ := p.notifier.cfg.Bus.Partitions()
	byPartition := map[int][]events.Event{}
	for _, c := range batch {
		e := events.New(c.Receipt)
		e.ID = events.DeriveID("receipt", c.Receipt.Page, c.At.Format(time.RFC3339Nano), strconv.FormatBool(c.Receipt.Final))
		e.Source, e.Time, e.Service = Source, c.At, c.Service
		n := events.Partition(c.Service, services)
		byPartition[n] = append(byPartition[n], e)
	}
	for n := range services {
		all := byPartition[n]
		for len(all) > 0 {
			some := all[:min(len(all), receiptsAtOnce)]
			all = all[len(some):]
			if err := p.publish(ctx, n, some); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *posts) publish(ctx context.Context, n int, all []events.Event) error {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := intake.Put(ctx, p.notifier.cfg.Bus, n, intake.Receipts, "", all...)
		if err == nil {
			return nil
		}
		if p.notifier.cfg.Pause(ctx, wait) != nil {
			return err
		}
	}
}
