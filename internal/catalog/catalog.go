// Package catalog reads what people configure: people, teams, schedules, calendars, services,
// routes, policies, priorities, targets, chats, webhooks, intake keys, egress and channels, from
// YAML files.
//
// In: the files' bytes. Out: a checked [Catalog], or every fault at once, each with file, line,
// column and a hint. It does no I/O: secrets stay references ({env: NAME} or {file: PATH}) for
// the services to resolve, and time zones come from the embedded database.
package catalog

import (
	"sync/atomic"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
)

// Catalog is one checked revision of everything.
type Catalog struct {
	// Rules is the part that the rules decide by.
	Rules *rules.Catalog
	// Files is the source as it was read, by name; the revision is its hash.
	Files  map[string][]byte
	People map[string]*Person
	// Chats are rooms that people read, by id; Webhooks are machines that policies may tell.
	Chats    map[string]*Chat
	Webhooks map[string]*Webhook
	// DependsOn names, by service, the services that it needs; nothing is decided by it yet.
	DependsOn map[string][]string
	Routes    []Route
	// Suggestions says, by policy, which suggestions are followed without asking anybody. Policies that
	// follow none are not in it.
	Suggestions map[string]Suggestions
	// Imports are the calendars of schedules that have no layers, by the schedule's id.
	Imports map[string]*Import
	Intake  map[string]IntakeKey // by name; none = open on loopback only
	// Egress lists the inner address ranges (CIDR) that webhooks and calendars may be at besides
	// public ones.
	Egress   []string
	Channels Channels
	// Places tells where things stand in Files.
	Places Places

	schedules   map[string]Fault // where each schedule stands, for warnings about what is to come
	routeErrors atomic.Uint64    // conditions that failed while placing, since the catalog was made
}

// Suggestions are those of one policy that are followed.
type Suggestions struct {
	// Escalate pages the next level at once. Nil: it is only suggested.
	Escalate *Followed
}

// Followed says how much must speak for a suggestion before it is followed.
type Followed struct {
	At  float64 // the least share that the incidents speak for. Defaults to 0.8
	Min int     // the fewest incidents. Defaults to 5
}

// Person is how to reach somebody.
type Person struct {
	ID       string
	Name     string
	Timezone string
	Contacts []Contact
	// Plans by urgency: "high" and "low", both always present.
	Plans map[string]page.Plan
}

// Chat is how to reach a room.
type Chat struct {
	ID       string
	Name     string
	Contacts []Contact // never empty; all are tried in order until one takes the page
}

// Contact is one contact method; exactly one of the addresses is set.
type Contact struct {
	ID      string
	Webhook *Webhook
	Email   string
	Console bool
}

// Webhook is where to post and the reference to the secret that signs; a zero reference signs nothing.
type Webhook struct {
	URL    string
	Secret Secret
}

// Secret is a reference: exactly one of the two, or neither for no secret.
type Secret struct {
	Env  string
	File string
}

// IntakeKey lets one sender in.
type IntakeKey struct {
	Name   string
	Secret Secret
	// Service takes what no route places. May be empty.
	Service string
}

// Channels is what the channels need besides addresses.
type Channels struct {
	Email EmailChannel
}

// EmailChannel is how mail leaves; a zero value means that there is none.
type EmailChannel struct {
	SMTP string // smtp://host:port or smtps://…; user and password are never part of it
	From string
	User string
	// Password for SMTP AUTH; zero for none.
	Password Secret
	// Timeout bounds one mail. Defaults to 30 s.
	Timeout time.Duration
}
