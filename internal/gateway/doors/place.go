package doors

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/source"
	"tocsin.dev/pkg/events"
)

// maxMessage is the most bytes of one message: the server's limit is 1 MiB, and the engine's
// records, which carry the same data, have the same limit.
const maxMessage = 512 << 10

// sourceGateway is the CloudEvents source of alerts.
const sourceGateway = "tocsin/gateway"

// load is what one body puts on INTAKE: messages by partition, in order.
type load struct {
	alerts   int
	messages map[int][]bus.Message
}

// place turns signals into events, routes each to its service, and packs them: one message for each
// partition, or several in order where one would be too large.
func (d *doors) place(cat *catalog.Catalog, in receipt, signals []source.Signal) (load, []source.Fault) {
	packers := make(map[int]*packer)
	var faults []source.Fault
	l := load{messages: make(map[int][]bus.Message)}
	for i, s := range signals {
		e := in.event(s, i)
		e.Service = d.serviceOf(cat, in.key, s)
		line, err := e.Encode()
		if err != nil || len(line)+len(batchFrame) > maxMessage {
			faults = append(faults, source.Faultf("alert "+s.Alert.Key, "is larger than %d bytes when it is stored", maxMessage))
			continue
		}
		p := events.Partition(e.Service, d.cfg.Partitions)
		if packers[p] == nil {
			packers[p] = &packer{partition: p}
		}
		packers[p].add(e.ID, line)
		l.alerts++
	}
	for p, pack := range packers {
		l.messages[p] = pack.done()
	}
	return l, faults
}

// serviceOf finds where an alert belongs: the service its sender names, the routes, the key's own
// service, and finally the fallback.
func (d *doors) serviceOf(cat *catalog.Catalog, key *catalog.IntakeKey, s source.Signal) string {
	if cat.Rules.Services[s.Service] != nil {
		return s.Service
	}
	found := cat.Explain(s.Alert.Labels.Map(), s.Alert)
	for _, failed := range found.Failed {
		d.metrics.routes.WithLabelValues(failed.Route).Inc()
	}
	if found.Rule != catalog.RuleFallback && found.Service != "" {
		return found.Service
	}
	if key != nil && cat.Rules.Services[key.Service] != nil {
		return key.Service
	}
	return cat.Rules.Fallback.ID
}

// event makes the fact. If the sender names its events, a repeated one has the same id. Otherwise each
// is a new fact, because a repeated alert says that it is still firing.
func (in receipt) event(s source.Signal, index int) events.Event {
	keyName := ""
	if in.key != nil {
		keyName = in.key.Name
		s.Alert.Origin += "/" + keyName
	}
	e := events.New(s.Data())
	status := "firing"
	if s.Cleared {
		status = "cleared"
	}
	e.Source, e.Time = sourceGateway, in.at.UTC()
	if s.ID != "" {
		e.ID = events.DeriveID(s.Alert.Origin, s.ID)
		return e
	}
	e.ID = events.DeriveID(in.door, keyName, s.Alert.Key, s.Alert.StartsAt.Format(time.RFC3339Nano), status,
		strconv.FormatInt(in.at.UnixNano(), 10), strconv.Itoa(index))
	return e
}

// batchFrame is what a batch adds around its lines, see [events.JoinLines].
const batchFrame = "[\n\n]"

// packer collects the lines of one partition.
type packer struct {
	partition int
	ready     []bus.Message
	ids       []string
	lines     [][]byte
	size      int
}

func (p *packer) add(id string, line []byte) {
	const separator = 2 // ",\n"
	if p.size > 0 && p.size+separator+len(line) > maxMessage {
		p.flush()
	}
	if p.size == 0 {
		p.size = len(batchFrame) - separator
	}
	p.size += separator + len(line)
	p.ids, p.lines = append(p.ids, id), append(p.lines, line)
}

// flush turns the collected lines into a message. Its id is derived from the ids of its events, so a
// body of named events is stored once, however often it is sent.
func (p *packer) flush() {
	if len(p.lines) == 0 {
		return
	}
	id := events.DeriveID(append([]string{"intake", events.IntakeSubject(p.partition, intake.Alerts)}, p.ids...)...)
	p.ready = append(p.ready, intake.Message(p.partition, intake.Alerts, id, p.lines))
	p.ids, p.lines, p.size = nil, nil, 0
}

func (p *packer) done() []bus.Message {
	p.flush()
	return p.ready
}

// publish stores the messages: partitions in parallel, each in order. It waits for all of them.
func (l load) publish(ctx context.Context, to bus.Publisher) error {
	var all errgroup.Group
	for p, messages := range l.messages {
		all.Go(func() error {
			for m := range slices.Values(messages) {
				if err := to.Publish(ctx, m); err != nil {
					return fmt.Errorf("publish alerts of partition %d: %w", p, err)
				}
			}
			return nil
		})
	}
	return all.Wait() //nolint:wrapcheck // wrapped above
}
