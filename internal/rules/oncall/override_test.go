package oncall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
)

func TestValidate(t *testing.T) {
	from := moment(t, "2026-01-05T09:00:00Z")
	to := from.Add(8 * time.Hour)
	duty := func(from, to int, people ...string) oncall.Duty {
		return oncall.Duty{People: people, From: at5(from), To: at5(to)}
	}
	var crowd []string
	for i := range 101 {
		crowd = append(crowd, fmt.Sprint("p", i))
	}
	tests := []struct {
		name     string
		override oncall.Override
		want     string // faults, each behind `override "x": `; "" = valid
	}{
		{"stand-in", oncall.Override{Kind: oncall.StandIn, People: []string{"ana"}}, ""},
		{"stand-in for one", oncall.Override{Kind: oncall.StandIn, People: []string{"ana", "bo"}, Replaces: "ana"}, ""},
		{"swap", oncall.Override{Kind: oncall.Swap, People: []string{"ana", "bo"}}, ""},
		{"shadow", oncall.Override{Kind: oncall.Shadow, People: []string{"ana"}}, ""},
		{"temporary", oncall.Override{Kind: oncall.Temporary, Shifts: []oncall.Duty{duty(9, 12, "ana"), duty(11, 17, "bo")}}, ""},
		{"of no kind", oncall.Override{Kind: "holiday", People: []string{"ana"}}, `"holiday" is not a kind: use override, swap, temporary or shadow`},
		{"stand-in of nobody", oncall.Override{Kind: oncall.StandIn}, "has no people"},
		{"stand-in for themselves", oncall.Override{Kind: oncall.StandIn, People: []string{"ana"}, Replaces: "ana"}, `"ana" cannot stand in for themselves`},
		{"swap of three", oncall.Override{Kind: oncall.Swap, People: []string{"ana", "bo", "cleo"}}, "a swap is between two people, not 3"},
		{"swap with themselves", oncall.Override{Kind: oncall.Swap, People: []string{"ana", "ana"}}, `"ana" is listed twice`},
		{"an empty name", oncall.Override{Kind: oncall.Shadow, People: []string{"ana", ""}}, "person 2 has no name"},
		{"a crowd", oncall.Override{Kind: oncall.Shadow, People: crowd}, "101 people at once, the maximum is 100"},
		{"parts of other kinds", oncall.Override{Kind: oncall.Shadow, People: []string{"ana"}, Replaces: "bo", Shifts: []oncall.Duty{duty(9, 12, "ana")}}, "only kind override has replaces\nonly kind temporary has shifts"},
		{"temporary without shifts", oncall.Override{Kind: oncall.Temporary}, "a temporary schedule needs shifts"},
		{"temporary with people", oncall.Override{Kind: oncall.Temporary, People: []string{"ana"}, Shifts: []oncall.Duty{duty(9, 12, "ana")}}, "a temporary schedule has people only in its shifts"},
		{
			"shifts, each with its fault",
			oncall.Override{Kind: oncall.Temporary, Shifts: []oncall.Duty{duty(9, 12), duty(12, 12, "ana"), duty(8, 10, "ana"), duty(16, 18, "bo", "bo")}},
			"shift 1: has no people\nshift 2: from is not before to\nshift 3: extends beyond the override\n" +
				"shift 4: \"bo\" is listed twice\nshift 4: extends beyond the override",
		},
		{
			"shifts that are a crowd together",
			oncall.Override{Kind: oncall.Temporary, Shifts: []oncall.Duty{duty(9, 12, crowd[:60]...), duty(11, 12, crowd[60:]...)}},
			"at 2026-01-05T11:00:00Z: 101 people at once, the maximum is 100",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.override.ID, tt.override.From, tt.override.To = "x", from, to
			err := tt.override.Validate()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, `override "x": `+strings.ReplaceAll(tt.want, "\n", "\noverride \"x\": "))
		})
	}
}

func TestValidateStretch(t *testing.T) {
	o := oncall.Override{ID: "x", Kind: oncall.Shadow, People: []string{"ana"}, From: at5(9), To: at5(9)}
	require.EqualError(t, o.Validate(), `override "x": from is not before to`)
	o.To = time.Time{}
	require.EqualError(t, o.Validate(), `override "x": needs both from and to`)
	none := oncall.Override{}
	require.EqualError(t, none.Validate(), `override "": needs both from and to`+"\n"+
		`override "": has no people`+"\n"+`override "": "" is not a kind: use override, swap, temporary or shadow`+"\n"+`override "": has no id`)
}

// at5 is an hour of 5 January 2026 in UTC; 24 and more are of the days after it.
func at5(hour int) time.Time { return time.Date(2026, 1, 5, hour, 0, 0, 0, time.UTC) }
