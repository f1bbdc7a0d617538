package why

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

const personPrefix = escalation.PersonPrefix

// targets resolves each of a step's targets at an instant. picked holds the turns of round robins from
// the fact, because the facts of one incident do not show whose turn it was.
func (w *walk) targets(step escalation.Step, words []string, at time.Time, picked map[string]string) []Target {
	all := make([]Target, 0, len(words))
	for _, word := range words {
		all = append(all, w.target(step, word, at, picked[word]))
	}
	return all
}

func (w *walk) target(step escalation.Step, word string, at time.Time, turn string) Target {
	t := Target{Target: word, People: []string{}, Turn: turn}
	parsed, ok := escalation.ParseTarget(word)
	i := w.incident()
	if !ok || i == nil {
		return t
	}
	for _, one := range w.state.Means(i, step, []escalation.Target{parsed}, at).All {
		if id, person := strings.CutPrefix(one.Target, personPrefix); person && !one.Shadow {
			t.People = append(t.People, id)
		}
	}
	switch parsed.Kind {
	case escalation.Person:
		t.Rule, t.Says = w.Catalog.Places.Person(parsed.ID), "named"
	case escalation.OnCall:
		w.duty(&t, parsed.ID, at)
	case escalation.Team:
		w.team(&t, parsed, at)
	case escalation.RoleKind:
		w.role(&t, parsed)
	case escalation.Chat:
		t.Rule, t.Says = w.Catalog.Places.Chat(parsed.ID), "a chat room"
	case escalation.Webhook:
		t.Rule, t.Says = w.Catalog.Places.Webhook(parsed.ID), "a webhook"
	}
	if parsed.Of == escalation.RoundRobin {
		w.turn(&t)
	}
	return t
}

// turn narrows a round robin to whose turn it was. If no fact says, it could be anybody in the pool.
func (w *walk) turn(t *Target) {
	if t.Turn == "" {
		t.People, t.Says = t.pool, "whoever's turn it is, of "+list(t.pool)
		return
	}
	t.People, t.Says = []string{t.Turn}, "the turn of "+t.Turn
}

// duty resolves a schedule: who is on call, and by which of its entries.
func (w *walk) duty(t *Target, id string, at time.Time) {
	s := w.state.Schedule(w.incident(), id)
	if s == nil {
		t.Says = "the catalog of that time has no schedule " + id
		return
	}
	t.Schedule, t.Rule = id, w.Catalog.Places.Schedule(id)
	now := shiftAt(s.With(w.state.Overrides(id)), at)
	usual := shiftAt(s.With(nil), at)
	t.usual, t.pool, t.others = slices.Clone(usual.People), slices.Clone(now.People), append(s.People(), now.People...)
	t.Imported = s.Imported != nil && now.Override == ""
	if now.Layer >= 0 {
		t.Layer = now.Layer + 1
		t.Rule = w.Catalog.Places.Layer(id, t.Layer)
	}
	t.Override = w.override(now.Override)
	t.Says = w.dutySays(t, now.People)
}

// shiftAt is the shift at an instant.
func shiftAt(v oncall.View, at time.Time) oncall.Shift {
	all := v.Shifts(at, at.Add(1))
	if len(all) == 0 {
		return oncall.Shift{Layer: -1}
	}
	return all[0]
}

func (w *walk) override(id string) *Override {
	for _, o := range w.Overrides {
		if id != "" && o.ID == id {
			return &Override{ID: o.ID, Kind: o.Kind, By: o.By, Note: o.Note, AddedAt: o.AddedAt, RemovedAt: o.RemovedAt}
		}
	}
	return nil
}

func (w *walk) dutySays(t *Target, people []string) string {
	who := list(people) + " on call"
	switch {
	case t.Override != nil:
		who += " by " + w.overrideSays(t.Override)
		if len(t.usual) > 0 && !slices.Equal(t.usual, people) {
			who += ", in place of " + list(t.usual)
		}
		return who
	case t.Imported && len(people) == 0:
		return "nobody on call in the imported calendar"
	case t.Imported:
		return who + " by an imported shift"
	case t.Layer > 0:
		return fmt.Sprintf("%s by layer %d", who, t.Layer)
	}
	return who
}

// overrideSays names an override, who added it and when.
func (w *walk) overrideSays(o *Override) string {
	said := map[string]string{
		string(oncall.StandIn): "override ", string(oncall.Swap): "swap ", string(oncall.Temporary): "temporary schedule ",
	}[o.Kind] + brief(o.ID)
	said += " (added "
	if o.By != "" {
		said += "by " + plain(o.By) + " "
	}
	said += "at " + w.at(o.AddedAt)
	if o.Note != "" {
		said += ": " + cut(o.Note)
	}
	return said + ")"
}

func (w *walk) team(t *Target, parsed escalation.Target, at time.Time) {
	members := w.Catalog.Rules.Members(parsed.ID)
	if parsed.Of == escalation.TeamOnCall {
		w.duty(t, w.Catalog.Rules.Schedule(parsed.ID), at)
		return
	}
	t.Rule, t.pool, t.others = w.Catalog.Places.Team(parsed.ID), slices.Clone(members), slices.Clone(members)
	t.Says = "everybody of the team"
	if len(members) == 0 {
		t.Says = "the team has no members"
	}
}

// role resolves a role.
func (w *walk) role(t *Target, parsed escalation.Target) {
	i, who := w.incident(), list(t.People)
	switch parsed.ID {
	case escalation.RoleLead:
		team := cmp.Or(parsed.Of, i.Team)
		t.Rule, t.Says = w.Catalog.Places.Team(team), who+" as the lead of team "+team
	case escalation.RoleOwner:
		service := cmp.Or(parsed.Of, i.Service)
		t.Rule, t.Says = w.Catalog.Places.Service(service), who+" as the owner of service "+service
	case escalation.RoleHolder:
		t.Says = who + ", who had it"
	case escalation.RoleManager:
		t.Says = who + " as the manager of the people paged before"
		if parsed.Of != "" {
			t.Rule, t.Says = w.Catalog.Places.Person(parsed.Of), who+" as the manager of "+parsed.Of
		}
	}
	if len(t.People) == 0 {
		t.Says = map[string]string{
			escalation.RoleLead: "the team has no lead", escalation.RoleOwner: "the service has no owner",
			escalation.RoleHolder: "nobody has acknowledged it", escalation.RoleManager: "the people paged before have no manager",
		}[parsed.ID]
	}
}

// byTurn reports whether the target means one of several people and no fact says whom.
func (t *Target) byTurn() bool {
	return t.Turn == "" && len(t.pool) > 1 && strings.HasSuffix(t.Target, ":"+escalation.RoundRobin)
}

// means reports whether a target means a person.
func (t *Target) means(person string) bool { return slices.Contains(t.People, person) }
