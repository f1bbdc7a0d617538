package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// book is a directory in four maps. Its schedule hands over at noon.
type book struct {
	members  map[string][]string
	lead     map[string]string
	managers map[string]string
}

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func (b book) OnCall(schedule string, at time.Time) []string {
	switch {
	case schedule != "primary":
		return nil
	case at.Before(noon):
		return []string{"ana"}
	default:
		return []string{"bo"}
	}
}

func (b book) Members(team string) []string { return b.members[team] }
func (b book) Lead(team string) string      { return b.lead[team] }
func (b book) Manager(person string) string { return b.managers[person] }

func TestRecipients(t *testing.T) {
	d := book{
		members:  map[string][]string{"payments": {"ana", "bo"}},
		lead:     map[string]string{"payments": "cleo"},
		managers: map[string]string{"ana": "cleo", "bo": "cleo", "cleo": "dora"},
	}
	schedule, team := Target{OnCall, "primary"}, Target{Team, "payments"}
	lead, manager := Target{RoleKind, RoleLead}, Target{RoleKind, RoleManager}
	for _, test := range []struct {
		name    string
		targets []Target
		team    string
		below   []string
		at      time.Time
		want    []Recipient
	}{
		{name: "a person", targets: []Target{{Person, "eve"}}, want: []Recipient{{"eve", ""}}},
		{name: "on call before the hand-off", targets: []Target{schedule}, at: noon.Add(-1), want: []Recipient{{"ana", "schedule:primary"}}},
		{name: "on call at the hand-off", targets: []Target{schedule}, at: noon, want: []Recipient{{"bo", "schedule:primary"}}},
		{name: "nobody on call", targets: []Target{{OnCall, "gone"}}},
		{name: "a team", targets: []Target{team}, want: []Recipient{{"ana", "team:payments"}, {"bo", "team:payments"}}},
		{name: "nobody's team", targets: []Target{{Team, "gone"}}},
		{name: "each once, by the first word", targets: []Target{{Person, "bo"}, schedule, team}, at: noon, want: []Recipient{{"bo", ""}, {"ana", "team:payments"}}},
		{name: "the lead", targets: []Target{lead}, team: "payments", want: []Recipient{{"cleo", "role:lead"}}},
		{name: "a team without a lead", targets: []Target{lead, manager}, team: "gone"},
		{name: "two people with one manager", targets: []Target{manager}, team: "payments", below: []string{"ana", "bo"}, want: []Recipient{{"cleo", "role:manager"}}},
		{name: "nobody below: the lead's manager", targets: []Target{manager}, team: "payments", want: []Recipient{{"dora", "role:manager"}}},
		{name: "somebody below without a manager", targets: []Target{manager}, team: "payments", below: []string{"dora"}},
		{name: "a kind that nobody knows", targets: []Target{{"planet", "mars"}}},
		{name: "nothing at all"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, Level{Targets: test.targets}.Recipients(d, test.team, test.below, test.at))
		})
	}
}

func TestWords(t *testing.T) {
	l := Level{Targets: []Target{{OnCall, "primary"}, {RoleKind, RoleLead}}}
	require.Equal(t, []string{"schedule:primary", "role:lead"}, l.Words())
}
