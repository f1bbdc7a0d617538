// Package catalog reads what people configure: people, teams, schedules, calendars, services,
// routes, policies, priorities, targets, chats, webhooks, intake keys, egress and channels, from
// YAML files.
//
// In: the files' bytes. Out: a checked [Catalog], or every fault at once, each with file, line,
// column and a hint. It does no I/O: secrets stay references ({env: NAME} or {file: PATH}) for
// the services to resolve, and time zones come from the embedded database.
package catalog

import (
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
)

// Catalog is one checked revision of everything.
type Catalog struct {
	// Rules is the part that decisions depend on.
	Rules *rules.Catalog
	// Files is the source as it was read, by name.
	Files  map[string][]byte
	People map[string]*Person
	// Chats are chat rooms, by id; Webhooks are machines that a level can notify.
	Chats    map[string]*Chat
	Webhooks map[string]*Webhook
	// DependsOn lists, by service, the services that it needs. No decision uses it yet.
	DependsOn map[string][]string
	Routes    []Route
	// Suggestions lists, by policy, the suggestions that are followed without asking anybody. A policy
	// that follows none has no entry.
	Suggestions map[string]Suggestions
	// Imports are the calendars of schedules that have no layers, by the schedule's id.
	Imports map[string]*Import
	Intake  map[string]IntakeKey // by name; none = open on loopback only
	// Egress lists the inner address ranges (CIDR) that webhooks and calendars may reach in
	// addition to public ones.
	Egress   []string
	Channels Channels
	// Places holds the places of the parts in the files.
	Places Places

	schedules map[string]Fault // by schedule: its place, for the warnings of Coverage
}

// Suggestions are the suggestions that one policy follows.
type Suggestions struct {
	// Escalate pages the next level at once; nil where that is only suggested.
	Escalate *Followed
}

// Followed says when a suggestion is followed.
type Followed struct {
	At  float64 // the least share of similar incidents that were escalated. Defaults to 0.8
	Min int     // the fewest similar incidents. Defaults to 5
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

// Webhook is where to post, and a reference to the secret that signs. A zero reference signs nothing.
type Webhook struct {
	URL    string
	Secret Secret
}

// Secret is a reference: exactly one of the two, or neither for no secret.
type Secret struct {
	Env  string
	File string
}

// IntakeKey is the key of one sender.
type IntakeKey struct {
	Name   string
	Secret Secret
	// Service takes what no route places; may be empty.
	Service string
}

// Channels configures the channels themselves; addresses belong to contacts.
type Channels struct {
	Email EmailChannel
}

// EmailChannel says how mail is sent; the zero value means that it cannot be.
type EmailChannel struct {
	SMTP string // smtp://host:port or smtps://…; user and password are never part of it
	From string
	User string
	// Password for SMTP AUTH; zero for none.
	Password Secret
	// Timeout bounds one mail. Defaults to 30 s.
	Timeout time.Duration
}
