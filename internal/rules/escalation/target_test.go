package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// book is a directory in maps. Its schedule hands over at noon and is empty after six; eve looks on.
type book struct {
	members, turns        map[string][]string
	lead, managers, owner map[string]string
}

var (
	noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	six  = noon.Add(6 * time.Hour)
)

func (b book) OnCall(schedule string, at time.Time) []string {
	switch {
	case schedule != "primary" || !at.Before(six):
		return nil
	case at.Before(noon):
		return []string{"ana"}
	default:
		return []string{"bo"}
	}
}

func (b book) NextOnCall(schedule string, at time.Time) (time.Time, bool) {
	return at, len(b.OnCall(schedule, at)) > 0
}

func (b book) Shadows(schedule string, _ time.Time) []string {
	if schedule == "primary" {
		return []string{"eve"}
	}
	return nil
}

func (b book) Members(team string) []string { return b.members[team] }
func (b book) Schedule(team string) string  { return map[string]string{"payments": "primary"}[team] }
func (b book) Lead(team string) string      { return b.lead[team] }
func (b book) Manager(person string) string { return b.managers[person] }
func (b book) Owner(service string) string  { return b.owner[service] }

func (b book) Turn(target string) string {
	if t := b.turns[target]; len(t) > 0 {
		return t[0]
	}
	return ""
}

func target(t *testing.T, word string) Target {
	got, ok := ParseTarget(word)
	require.True(t, ok, word)
	require.Equal(t, word, got.String())
	return got
}

func TestResolve(t *testing.T) {
	d := book{
		members:  map[string][]string{"payments": {"ana", "bo", "cleo"}},
		lead:     map[string]string{"payments": "cleo", "db": "fay"},
		managers: map[string]string{"ana": "cleo", "bo": "cleo", "cleo": "dora"},
		owner:    map[string]string{"checkout": "ana", "db": "fay"},
		turns:    map[string][]string{"team:payments:round_robin": {"bo"}},
	}
	for _, test := range []struct {
		name  string
		words []string
		asker Asker
		at    time.Time
		want  []string // "ana via schedule:primary"
		empty bool     // no people
	}{
		{name: "a person", words: []string{"person:eve"}, want: []string{"person:eve"}},
		{name: "on call before the hand-off", words: []string{"schedule:primary"}, at: noon.Add(-1), want: []string{"person:ana via schedule:primary", "person:eve via schedule:primary looking on"}},
		{name: "on call at the hand-off", words: []string{"schedule:primary"}, at: noon, want: []string{"person:bo via schedule:primary", "person:eve via schedule:primary looking on"}},
		{name: "nobody on call: who looks on is not paged alone", words: []string{"schedule:primary"}, at: six, empty: true},
		{name: "nobody's schedule", words: []string{"schedule:gone"}, empty: true},
		{name: "a team", words: []string{"team:payments"}, want: []string{"person:ana via team:payments", "person:bo via team:payments", "person:cleo via team:payments"}},
		{name: "a team's on-call", words: []string{"team:payments:on_call"}, at: noon, want: []string{"person:bo via team:payments:on_call", "person:eve via team:payments:on_call looking on"}},
		{name: "a team in turn", words: []string{"team:payments:round_robin"}, want: []string{"person:cleo via team:payments:round_robin"}},
		{name: "the first turn of a schedule", words: []string{"schedule:primary:round_robin"}, at: noon, want: []string{"person:bo via schedule:primary:round_robin", "person:eve via schedule:primary:round_robin looking on"}},
		{name: "nobody's team", words: []string{"team:gone", "team:gone:on_call", "team:gone:round_robin"}, empty: true},
		{name: "each once, by the first word", words: []string{"person:bo", "schedule:primary", "team:payments"}, at: noon, want: []string{"person:bo", "person:eve via schedule:primary looking on", "person:ana via team:payments", "person:cleo via team:payments"}},
		{name: "the lead", words: []string{"role:lead"}, asker: Asker{Team: "payments"}, want: []string{"person:cleo via role:lead"}},
		{name: "the lead of another team", words: []string{"role:lead:db"}, asker: Asker{Team: "payments"}, want: []string{"person:fay via role:lead:db"}},
		{name: "a team without a lead", words: []string{"role:lead", "role:manager"}, asker: Asker{Team: "gone"}, empty: true},
		{name: "two people with one manager", words: []string{"role:manager"}, asker: Asker{Team: "payments", Below: []string{"ana", "bo"}}, want: []string{"person:cleo via role:manager"}},
		{name: "nobody below: the lead's manager", words: []string{"role:manager"}, asker: Asker{Team: "payments"}, want: []string{"person:dora via role:manager"}},
		{name: "the manager of somebody", words: []string{"role:manager:cleo"}, asker: Asker{Below: []string{"ana"}}, want: []string{"person:dora via role:manager:cleo"}},
		{name: "somebody below without a manager", words: []string{"role:manager"}, asker: Asker{Team: "payments", Below: []string{"dora"}}, empty: true},
		{name: "the owner", words: []string{"role:owner", "role:owner:db"}, asker: Asker{Service: "checkout"}, want: []string{"person:ana via role:owner", "person:fay via role:owner:db"}},
		{name: "the holder", words: []string{"role:holder"}, asker: Asker{Holder: "bo"}, want: []string{"person:bo via role:holder"}},
		{name: "nobody holds it", words: []string{"role:holder"}, empty: true},
		{name: "machines", words: []string{"chat:ops", "webhook:status"}, want: []string{"chat:ops", "webhook:status"}, empty: true},
		{name: "nothing at all", empty: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var targets []Target
			for _, w := range test.words {
				targets = append(targets, target(t, w))
			}
			found := Resolve(targets, d, test.asker, test.at)
			var got []string
			for _, r := range found.All {
				word := r.Target
				if r.Via != "" {
					word += " via " + r.Via
				}
				if r.Shadow {
					word += " looking on"
				}
				got = append(got, word)
			}
			require.Equal(t, test.want, got)
			require.Equal(t, !test.empty, found.People)
		})
	}
}

func TestParseTarget(t *testing.T) {
	for _, word := range []string{
		"", "ana", "person:", "person:ana:x", "planet:mars", "team:a:maybe", "schedule:a:on_call", "role:boss", "role:holder:ana", "chat:a:b",
	} {
		_, ok := ParseTarget(word)
		require.False(t, ok, word)
	}
}

func TestWords(t *testing.T) {
	l := Level{Targets: []Target{{Kind: OnCall, ID: "primary"}, {Kind: RoleKind, ID: RoleLead}}}
	require.Equal(t, []string{"schedule:primary", "role:lead"}, l.Words())
}
