package client

import (
	"context"
	"encoding/json"
	"time"

	"tocsin.dev/pkg/events"
)

// Why explains an incident by the catalog and the overrides of that time.
type Why struct {
	Incident string    `json:"incident"`
	Title    string    `json:"title"`
	Service  string    `json:"service"`
	Team     string    `json:"team"`
	Policy   string    `json:"policy"`
	Status   string    `json:"status"`
	Priority string    `json:"priority"`
	OpenedAt time.Time `json:"opened_at"`
	Zone     string    `json:"zone"` // of instants in sentences
	// Says is the short answer; about the person, if one was given.
	Says    string     `json:"says"`
	Catalog WhyCatalog `json:"catalog"`
	// Placed says how the first alert was routed to the service.
	Placed WhyPlaced `json:"placed"`
	// Levels and Triggers include those that did not happen.
	Levels   []WhyStep   `json:"levels"`
	Triggers []WhyStep   `json:"triggers"`
	Changes  []WhyChange `json:"changes"`          // what people and alerts did in the meantime
	Person   *WhyPerson  `json:"person,omitempty"` // nil if no person was given
	Text     string      `json:"text"`             // everything as prose

	// Raw is the response as it is.
	Raw json.RawMessage `json:"-"`
}

// WhyCatalog is the catalog of that time. If it is not known, the answer uses the facts alone.
type WhyCatalog struct {
	Revision string `json:"revision"`
	Known    bool   `json:"known"`
	Says     string `json:"says,omitempty"`
}

// Place is a place in a catalog.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// WhyPlaced says how an alert was routed: by "route", "label", "fallback" or "sender".
type WhyPlaced struct {
	By        string        `json:"by"`
	Rule      Place         `json:"rule,omitzero"`
	Condition *WhyCondition `json:"condition,omitempty"`
	Says      string        `json:"says"`
}

// WhyCondition is a condition, its result, and the values of its variables.
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

// WhyStep is a level or trigger and its outcome.
type WhyStep struct {
	What   string `json:"what"`          // level, trigger, command, exhausted or help
	Seq    uint64 `json:"seq,omitempty"` // number of the fact; 0 if it did not happen
	Policy string `json:"policy,omitempty"`
	Level  int    `json:"level,omitempty"` // from 1
	Round  int    `json:"round,omitempty"`
	Again  int    `json:"again,omitempty"` // number of repeats of the level before
	Kind   string `json:"kind,omitempty"`  // functional or hierarchical
	On     string `json:"on,omitempty"`    // what it waits for, or what made it escalate
	Rule   Place  `json:"rule,omitzero"`
	// DueAt is when it was due, At when it was reached, Until when a hold ended; zero for never.
	DueAt time.Time `json:"due_at,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Outcome is reached, nobody, condition, held, handed_over, not_reached, ahead, went_off, skipped
	// or never_due.
	Outcome   string        `json:"outcome"`
	Reason    string        `json:"reason,omitempty"`
	Condition *WhyCondition `json:"condition,omitempty"`
	Targets   []WhyTarget   `json:"targets"`
	People    []WhyPage     `json:"people"` // people and other targets that were paged
	NotPaged  []WhyReason   `json:"not_paged"`
}

// WhyTarget is a target of a step, and who that was.
type WhyTarget struct {
	Target   string       `json:"target"`
	Rule     Place        `json:"rule,omitzero"`
	People   []string     `json:"people"` // ids
	Schedule string       `json:"schedule,omitempty"`
	Layer    int          `json:"layer,omitempty"` // from 1
	Imported bool         `json:"imported,omitempty"`
	Override *WhyOverride `json:"override,omitempty"`
	Turn     string       `json:"turn,omitempty"` // whose turn a round robin chose
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

// WhyPage is a page. Its outcome is delivered, failed, superseded, delayed or open.
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

// WhyChange is something other than a level, trigger or page.
type WhyChange struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
	Says string    `json:"says"`
}

// WhyReason says why a person was not paged.
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
	// Outcome is the best outcome of their pages, or the code of the first reason.
	Outcome string      `json:"outcome"`
	Says    string      `json:"says"`
	Pages   []WhyPage   `json:"pages"`
	Reasons []WhyReason `json:"reasons"` // most important first
}

// Why explains an incident, given by its id or an unambiguous prefix of it. person may be empty. zone is the IANA
// name for instants in sentences; empty means UTC. The error is [ErrNotFound] if there is no such incident or person.
func (c *Client) Why(ctx context.Context, id, person, zone string) (w Why, err error) {
	w.Raw, err = get[json.RawMessage](ctx, c, incidentPath(id, "why"), values(map[string]string{"person": person, "timezone": zone}))
	if err != nil {
		return Why{}, err
	}
	raw := w.Raw
	if err := json.Unmarshal(raw, &w); err != nil {
		return Why{}, err
	}
	w.Raw = raw
	return w, nil
}
