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

// maxMessage is the most bytes of one message: the server's limit is 1 MiB, and records of the
// engine, which carry what comes in, are bounded alike.
const maxMessage = 512 << 10

// sourceGateway is the CloudEvents source of all that comes in here.
const sourceGateway = "tocsin/gateway"

// load is what one body puts on INTAKE: messages by partition, in order.
type load struct {
	alerts   int
	messages map[int][]bus.Message
}

// place makes events of the signals, gives each to its service, and packs them: one message for each
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
// service, and the fallback when nobody knows.
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

// event makes the fact. An event that its sender named keeps its id when it is sent again; any
// other is a new fact each time, because a repeated alert says that it still holds.
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

// flush makes a message of what was collected. Its id follows from the ids of its events, so a body of
// named events that is sent again is stored once.
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

// publish stores the messages: partitions side by side, within each in order. It waits for all, so
// that no publish is left behind.
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
