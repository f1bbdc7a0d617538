package client

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"tocsin.dev/pkg/events"
)

// Why is why an incident went as it did, by the catalog and the overrides of that time.
type Why struct {
	Incident string    `json:"incident"`
	Title    string    `json:"title"`
	Service  string    `json:"service"`
	Team     string    `json:"team"`
	Policy   string    `json:"policy"`
	Status   string    `json:"status"`
	Priority string    `json:"priority"`
	OpenedAt time.Time `json:"opened_at"`
	Zone     string    `json:"zone"` // of the instants in sentences
	// Says is the answer in short; about the person, where one was asked about.
	Says    string     `json:"says"`
	Catalog WhyCatalog `json:"catalog"`
	// Placed is how the first alert came to the service.
	Placed WhyPlaced `json:"placed"`
	// Levels and Triggers are what was due, also what did not happen.
	Levels   []WhyStep   `json:"levels"`
	Triggers []WhyStep   `json:"triggers"`
	Changes  []WhyChange `json:"changes"`          // what people and alerts did meanwhile
	Person   *WhyPerson  `json:"person,omitempty"` // nil where nobody was asked about
	Text     string      `json:"text"`             // all of it in prose

	// Raw is the answer as it came.
	Raw json.RawMessage `json:"-"`
}

// WhyCatalog is the catalog of that time. Where it is not known, the facts alone are told.
type WhyCatalog struct {
	Revision string `json:"revision"`
	Known    bool   `json:"known"`
	Says     string `json:"says,omitempty"`
}

// Place is where something of a catalog stands.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// WhyPlaced is how an alert came to its service: by "route", "label", "fallback" or "sender".
type WhyPlaced struct {
	By        string        `json:"by"`
	Rule      Place         `json:"rule,omitzero"`
	Condition *WhyCondition `json:"condition,omitempty"`
	Says      string        `json:"says"`
}

// WhyCondition is a condition, its answer, and what its words stood for.
type WhyCondition struct {
	Rule   Place  `json:"rule,omitzero"`
	Source string `json:"source"`
	Holds  bool   `json:"holds"`
	Values []struct {
		Word  string `json:"word"`
		Value string `json:"value"`
	} `json:"values"`
	Error string `json:"error,omitempty"`
}

// WhyStep is one level or trigger and what came of it.
type WhyStep struct {
	What   string `json:"what"`          // level, trigger, command, exhausted or help
	Seq    uint64 `json:"seq,omitempty"` // number of the fact; 0 for what did not happen
	Policy string `json:"policy,omitempty"`
	Level  int    `json:"level,omitempty"` // from 1
	Round  int    `json:"round,omitempty"`
	Again  int    `json:"again,omitempty"` // how many times the level had been repeated
	Kind   string `json:"kind,omitempty"`  // functional or hierarchical
	On     string `json:"on,omitempty"`    // what it waits for, or what took the climb there
	Rule   Place  `json:"rule,omitzero"`
	// DueAt is when it was due, At when it was reached, Until how long it was held; zero for never.
	DueAt time.Time `json:"due_at,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Outcome is reached, nobody, condition, held, handed_over, not_reached, ahead, went_off, skipped
	// or never_due.
	Outcome   string        `json:"outcome"`
	Reason    string        `json:"reason,omitempty"`
	Condition *WhyCondition `json:"condition,omitempty"`
	Targets   []WhyTarget   `json:"targets"`
	People    []WhyPage     `json:"people"` // everybody and everything that was paged
	NotPaged  []WhyReason   `json:"not_paged"`
}

// WhyTarget is one of a step's words and who was behind it.
type WhyTarget struct {
	Target   string       `json:"target"`
	Rule     Place        `json:"rule,omitzero"`
	People   []string     `json:"people"` // ids
	Schedule string       `json:"schedule,omitempty"`
	Layer    int          `json:"layer,omitempty"` // from 1
	Imported bool         `json:"imported,omitempty"`
	Override *WhyOverride `json:"override,omitempty"`
	Turn     string       `json:"turn,omitempty"` // whom a round robin gave the turn
	Says     string       `json:"says"`
}

// WhyOverride is an override that decided who was on call.
type WhyOverride struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	By        string    `json:"by,omitempty"`
	Note      string    `json:"note,omitempty"`
	AddedAt   time.Time `json:"added_at"`
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// WhyPage is one page and what became of it: delivered, failed, superseded, delayed or open.
type WhyPage struct {
	Page     string           `json:"page"`
	Target   string           `json:"target"`
	Via      string           `json:"via,omitempty"`
	Shadow   bool             `json:"shadow,omitempty"`
	Urgency  string           `json:"urgency"`
	At       time.Time        `json:"at"`
	Late     int              `json:"late,omitempty"` // seconds
	Asked    int              `json:"asked"`
	Outcome  string           `json:"outcome"`
	Reason   string           `json:"reason,omitempty"`
	EndedAt  time.Time        `json:"ended_at,omitzero"`
	Contact  string           `json:"contact,omitempty"`
	Channel  string           `json:"channel,omitempty"`
	Notify   Place            `json:"notify,omitzero"`
	Attempts []events.Attempt `json:"attempts"`
	Says     string           `json:"says"`
}

// WhyChange is something that happened besides levels, triggers and pages.
type WhyChange struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
	Says string    `json:"says"`
}

// WhyReason is why somebody was not paged by something.
type WhyReason struct {
	Code   string `json:"code"`
	Person string `json:"person"`
	Level  int    `json:"level,omitempty"`
	Round  int    `json:"round,omitempty"`
	Rule   Place  `json:"rule,omitzero"`
	Says   string `json:"says"`
}

// WhyPerson is the answer about one person.
type WhyPerson struct {
	Person string `json:"person"`
	Name   string `json:"name,omitempty"`
	Paged  bool   `json:"paged"`
	// Outcome is the best that became of their pages, or the code of the first reason.
	Outcome string      `json:"outcome"`
	Says    string      `json:"says"`
	Pages   []WhyPage   `json:"pages"`
	Reasons []WhyReason `json:"reasons"` // the most telling first
}

// Why explains an incident, named by its id or an unambiguous beginning of it. Person may be empty; zone is
// the IANA name for the instants in sentences, and empty means UTC. [ErrNotFound] when there is no such
// incident, or no such person.
func (c *Client) Why(ctx context.Context, id, person, zone string) (Why, error) {
	query := url.Values{}
	for name, value := range map[string]string{"person": person, "timezone": zone} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var raw json.RawMessage
	var w Why
	if err := c.get(ctx, incidentPath(id, "why"), query, &raw); err != nil {
		return w, err
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return w, err
	}
	w.Raw = raw
	return w, nil
}
