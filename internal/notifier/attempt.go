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

// launch is one claimed attempt, to be sent when its claim is durable.
type launch struct {
	delivery *delivery
	channel  channel.Channel
	to       channel.Address
	note     channel.Notification
}

// answer is what came of an attempt.
type answer struct {
	delivery *delivery
	result   channel.Result
}

// answers collects what senders bring, until the machine takes it in.
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

// Fire looks at every page that is due.
func (m *machine) Fire(now time.Time, limit int) {
	b := m.notifier.book.Load()
	for m.size < limit && len(m.queue) > 0 && !m.queue[0].wakeAt.After(now) {
		m.look(b, m.queue[0], now)
	}
}

// look decides about one page: send, wait or end.
func (m *machine) look(b *book, d *delivery, now time.Time) {
	move, plan := d.next(b, now)
	defer func() { m.wake(m.slots.pass(d), now) }()
	switch move.Verdict {
	case page.Send:
		m.claim(b, d, plan.Steps[move.Step], move, now)
	case page.Wait:
		m.delayed(d, plan, now)
		m.queue.set(d, move.At)
	case page.Done:
		m.close(d, howDelivered, now)
	case page.GiveUp:
		if len(plan.Steps) == 0 && len(d.Tries) == 0 && now.Sub(d.OpenedAt) < unknownFor {
			m.queue.set(d, now.Add(lookAgain))
			return
		}
		m.close(d, howFailed, now)
	}
}

// Who is paged by a new catalog may not be in the book yet, which follows a moment later: somebody
// without a contact method is looked up again for a while before the page fails.
const (
	unknownFor = 10 * time.Second
	lookAgain  = 250 * time.Millisecond
)

// delayed tells the engine, once, that the page is late because its contact methods fail.
func (m *machine) delayed(d *delivery, plan page.Plan, now time.Time) {
	if d.Told || !page.Delayed(plan, d.tried(plan)) {
		return
	}
	d.Told = true
	m.posts.add(&closing{
		Receipt: events.ReceiptReceived{
			Incident: d.Opened.Incident, Page: d.id(), Target: d.Opened.Page.Target, Attempts: d.attempts(),
		},
		Service: d.Opened.Service, At: now,
	})
}

// claim records that an attempt is about to be made, if its endpoint has a free slot. A contact
// method that cannot be used is answered at once.
func (m *machine) claim(b *book, d *delivery, step page.Step, move page.Move, now time.Time) {
	ch, to, err := b.reach(d.Opened.Page.Target, step.Contact)
	endpoint := ""
	if err == nil {
		endpoint = step.Channel + " " + ch.Endpoint(to)
		if !m.slots.enter(endpoint, d) {
			m.queue.set(d, time.Time{}) // it waits for the slot, not for the clock
			return
		}
	}
	m.queue.set(d, time.Time{})
	t := try{Attempt: events.Attempt{
		Contact: step.Contact, Channel: step.Channel, At: now, PossibleRepeat: move.Repeat,
	}, Step: move.Step + 1, Open: true}
	m.gather(events.DeliveryClaimed{
		Page: d.id(), Incident: d.Opened.Incident, Attempt: len(d.Tries) + 1,
		Contact: step.Contact, Channel: step.Channel, Step: move.Step + 1, PossibleRepeat: move.Repeat,
	}, now)
	d.Tries = append(d.Tries, t)
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
		Target: p.Target, Name: b.name(p.Target), Level: p.Level, Round: p.Round, Why: p.Why,
		Urgency: p.Urgency, Priority: p.Priority, Severity: p.Severity, Title: p.Title, Link: p.Link, Runbook: p.Runbook, Labels: p.Labels,
		Late: time.Duration(p.Late) * time.Second, OpenedAt: p.OpenedAt, SentAt: now,
	}
	if p.Known != nil {
		n.Problem, n.Workaround = p.Known.Problem, p.Known.Workaround
	}
	return n
}

// send hands a durable claim to its channel, beside the machine.
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

// Outside takes the answers in, and posts what waits without a record to wait for.
func (m *machine) Outside(now time.Time) {
	m.posts.start()
	for _, a := range m.answers.take() {
		m.answer(a.delivery, a.result, now)
	}
}

// answer records what came of the attempt under way, and frees its slot for the next in line. The
// page may have been superseded meanwhile.
func (m *machine) answer(d *delivery, r channel.Result, now time.Time) {
	t := d.underWay()
	if t == nil {
		panic(fmt.Sprintf("notifier: page %s has an answer and no attempt", d.id()))
	}
	t.settle(r, now)
	m.gather(events.DeliveryAnswered{
		Page: d.id(), Attempt: len(d.Tries), Outcome: t.Outcome, Reason: t.Reason, RetryAt: t.RetryAt,
	}, now)
	m.wake(m.slots.leave(d), now)
	switch {
	case m.open[d.id()] != d:
	case outcome(t.Outcome) == page.Taken:
		m.close(d, howDelivered, now)
	default:
		m.queue.set(d, now)
	}
}

func (t *try) settle(r channel.Result, now time.Time) {
	t.Open, t.At, t.Outcome, t.Reason = false, now, string(r.Outcome), r.Reason
	if r.RetryAfter > 0 {
		t.RetryAt = now.Add(r.RetryAfter)
	}
}
