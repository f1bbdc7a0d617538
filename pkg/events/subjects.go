package events

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
)

// The streams. INTAKE has requests, LEDGER decisions, DELIVERIES what the notifier did, and
// EVENTS the public copy for teams.
const (
	StreamIntake     = "TOCSIN_INTAKE"
	StreamLedger     = "TOCSIN_LEDGER"
	StreamDeliveries = "TOCSIN_DELIVERIES"
	StreamEvents     = "TOCSIN_EVENTS"
	// StreamReplay has facts published by `tocsin replay --publish`, for testing subscribers. Tocsin
	// itself does not read it.
	StreamReplay = "TOCSIN_REPLAY"
)

// The subjects. <p> is a partition, <q> a partition of targets.
const (
	SubjectAlerts      = "tocsin.alerts"      // .<service>: alerts from anybody
	SubjectCommands    = "tocsin.commands"    // .<service>: commands from anybody
	SubjectIntake      = "tocsin.intake"      // .<p>.…: inputs by partition; Tocsin's own services publish here
	SubjectLedger      = "tocsin.ledger"      // .<p>: records
	SubjectDeliveries  = "tocsin.deliveries"  // .<q>: records of the notifier
	SubjectIncidents   = "tocsin.incidents"   // .<team>.<service>.<fact>
	SubjectEscalations = "tocsin.escalations" // .<team>.<service>.<fact>
	SubjectPages       = "tocsin.pages"       // .<team>.<service>.<fact>
	SubjectTold        = "tocsin.told"        // .<p>: how far the teller has published partition p
	SubjectReplay      = "tocsin.replay"      // .<name>.incidents.<team>.<service>.<fact>, also escalations, pages
)

// Partition places a key (a service, a target) in one of n partitions: FNV-1a, 32 bits, modulo n.
// It is the function behind {{partition(n,…)}} of the NATS server, so publishers need not know it.
func Partition(key string, n int) int {
	h := fnv.New32a()
	h.Write([]byte(key)) //nolint:errcheck // a hash never fails
	return int(h.Sum32() % uint32(n))
}

// IntakeSubject is where Tocsin's own services publish inputs of partition p; kind is one token, such as
// "alerts" or "commands".
func IntakeSubject(p int, kind string) string {
	return SubjectIntake + "." + strconv.Itoa(p) + "." + kind
}

// LedgerSubject is the subject of partition p's records.
func LedgerSubject(p int) string { return SubjectLedger + "." + strconv.Itoa(p) }

// DeliveriesSubject is the subject of target partition q's records.
func DeliveriesSubject(q int) string { return SubjectDeliveries + "." + strconv.Itoa(q) }

// PublicSubject is where a fact appears on EVENTS; ok is false for facts that are not public.
func PublicSubject(e Envelope) (subject string, ok bool) {
	noun, fact, found := strings.Cut(NameOf(e.Type), ".")
	if !found {
		return "", false
	}
	var root string
	switch noun {
	case "incident":
		root = SubjectIncidents
	case "escalation":
		root = SubjectEscalations
	case "page":
		root = SubjectPages
	default:
		return "", false
	}
	return strings.Join([]string{root, token(e.Team), token(e.Service), fact}, "."), true
}

// ReplaySubject is where the named replay publishes a fact: its public subject under [SubjectReplay].
// ok is false for facts that are not public.
func ReplaySubject(name string, e Envelope) (subject string, ok bool) {
	public, ok := PublicSubject(e)
	if !ok {
		return "", false
	}
	return SubjectReplay + "." + name + strings.TrimPrefix(public, "tocsin"), true
}

// token is a subject token for a team or service, which may be unknown.
func token(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// CheckID checks that s can identify a service, team, person or schedule: it must fit into a subject.
func CheckID(s string) error {
	if !idPattern.MatchString(s) {
		return fmt.Errorf("%q is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit", s)
	}
	return nil
}
