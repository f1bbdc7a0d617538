package notifier

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// launch is one claimed attempt, sent when its claim is durable.
type launch struct {
	delivery *delivery
	channel  channel.Channel
	to       channel.Address
	note     channel.Notification
}

// answer is the result of one attempt.
type answer struct {
	delivery *delivery
	result   channel.Result
}

// answers collects the answers of channels until the machine records them.
type answers struct {
	ready chan struct{}
	mu    sync.Mutex
	all   []answer
}

func (a *answers) put(one answer) {
	a.mu.Lock()
	a.all = append(a.all, one)
	a.mu.Unlock()
	signal(a.ready)
}

func (a *answers) take() []answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.all
	a.all = nil
	return all
}

func (a *answers) waiting() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.all) > 0
}

// Fire handles every page that is due.
func (m *machine) Fire(now time.Time, limit int) {
	b := m.notifier.book.Load()
	for m.size < limit && len(m.queue) > 0 && !m.queue[0].wakeAt.After(now) {
		m.act(b, m.queue[0], now)
	}
}

// act does what the rules say about one page: send, wait or end.
func (m *machine) act(b *book, d *delivery, now time.Time) {
	plan := b.catalog.TargetPlan(d.Opened.Page.Target, d.Opened.Page.Urgency)
	move := d.Next(plan, now)
	defer func() { m.wake(m.slots.pass(d), now) }()
	switch move.Verdict {
	case page.Send:
		m.claim(b, d, plan, move, now)
	case page.Wait:
		if d.Delayed(plan) {
			d.DelayReported = true
			m.posts.add(&closing{Receipt: d.Receipt(false, false), Service: d.Opened.Service, At: now})
		}
		m.queue.set(d, move.At)
	case page.Done:
		m.close(d, howDelivered, now)
	case page.GiveUp:
		if len(plan.Steps) == 0 && len(d.Attempts) == 0 && now.Sub(d.OpenedAt) < unknownFor {
			m.queue.set(d, now.Add(unknownRetry))
			return
		}
		m.close(d, howFailed, now)
	}
}

// A page may arrive just before the catalog that first names its target. So a target without a contact
// method is looked up again every unknownRetry before the page fails after unknownFor.
const (
	unknownFor   = 10 * time.Second
	unknownRetry = 250 * time.Millisecond
)

// claim records that an attempt is about to be made, if its endpoint has a free slot. A contact
// method that cannot be used is answered at once.
func (m *machine) claim(b *book, d *delivery, plan page.Plan, move page.Move, now time.Time) {
	step := plan.Steps[move.Step]
	ch, to, err := b.reach(d.Opened.Page.Target, step.Contact)
	free := err != nil || m.slots.enter(step.Channel+" "+ch.Endpoint(to), d)
	m.queue.set(d, time.Time{}) // from here on it waits for a slot or an answer, not for the clock
	if !free {
		return
	}
	claim := d.Claim(plan, move)
	m.gather(claim, now)
	d.Claimed(claim, now)
	if err != nil {
		m.answer(d, channel.Result{Outcome: channel.Permanent, Reason: err.Error()}, now)
		return
	}
	m.claims = append(m.claims, launch{delivery: d, channel: ch, to: to, note: d.notification(b, step, move, now)})
}

func (d *delivery) notification(b *book, step page.Step, move page.Move, now time.Time) channel.Notification {
	p := d.Opened.Page
	n := channel.Notification{
		ID:      events.DeriveID("notification", p.Page, step.Contact),
		Attempt: move.Attempt, PossibleRepeat: move.Repeat,
		Page: p.Page, Incident: d.Opened.Incident, Service: d.Opened.Service, Team: d.Opened.Team,
		Target: p.Target, Name: b.catalog.TargetName(p.Target), Level: p.Level, Round: p.Round, Why: p.Why,
		Urgency: p.Urgency, Priority: p.Priority, Severity: p.Severity, Title: p.Title, Link: p.Link, Runbook: p.Runbook, Labels: p.Labels,
		Late: time.Duration(p.Late) * time.Second, OpenedAt: p.OpenedAt, SentAt: now,
	}
	if p.Known != nil {
		n.Problem, n.Workaround = p.Known.Problem, p.Known.Workaround
	}
	return n
}

// send hands a durable claim to its channel, in the background.
func (m *machine) send(ctx context.Context, l launch) {
	n := m.notifier
	n.cfg.Launch(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.cfg.SendTimeout)
		defer cancel()
		start := n.cfg.Clock()
		result := l.channel.Send(ctx, l.to, l.note)
		n.metrics.attempts.WithLabelValues(l.channel.Name(), string(result.Outcome)).Inc()
		n.metrics.sending.WithLabelValues(l.channel.Name()).Observe(n.cfg.Clock().Sub(start).Seconds())
		m.answers.put(answer{delivery: l.delivery, result: result})
	})
}

// Outside records the answers that have arrived, and posts receipts that need no record.
func (m *machine) Outside(now time.Time) {
	m.posts.start(context.Background())
	for _, a := range m.answers.take() {
		m.answer(a.delivery, a.result, now)
	}
}

// answer records the result of the pending attempt and frees its slot for the next page in line. The
// page may have been superseded meanwhile.
func (m *machine) answer(d *delivery, r channel.Result, now time.Time) {
	if d.Pending() == nil {
		panic(fmt.Sprintf("notifier: page %s has an answer and no attempt", d.ID()))
	}
	m.answered(d, r, now)
	m.wake(m.slots.leave(d), now)
	switch {
	case m.open[d.ID()] != d:
	case page.OutcomeOf(string(r.Outcome)) == page.Taken:
		m.close(d, howDelivered, now)
	default:
		m.queue.set(d, now)
	}
}

func (m *machine) answered(d *delivery, r channel.Result, now time.Time) {
	fact := events.DeliveryAnswered{Page: d.ID(), Attempt: len(d.Attempts), Outcome: string(r.Outcome), Reason: r.Reason}
	if r.RetryAfter > 0 {
		fact.RetryAt = now.Add(r.RetryAfter)
	}
	m.gather(fact, now)
	d.Answered(fact, now)
}
