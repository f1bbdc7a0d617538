package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

// Two routes, by their conditions, and the warning about the second.
func TestRoutesThatAreNeverReached(t *testing.T) {
	const (
		same  = "never reached: the route in line 1 has the same condition"
		never = "never reached: this condition is never true"
	)
	for _, c := range []struct{ first, second, message string }{
		{`labels.env == "prod"`, `labels.env == "prod"`, same},
		{`severity == "info"`, `labels.job == "x" && labels.job == "y"`, never},
		{`severity == "info"`, `labels.job == "x" && severity == "info" && "y" == labels.job`, never},
		{`severity == "info"`, `false`, never},
		{`severity == "info"`, `severity == "low" && false`, never},

		{`labels.env == "prod" && labels.job == "z"`, `labels.env == "prod"`, ""},
		{`labels.env == "prod"`, `labels.environment == "prod"`, ""},
		{`labels.env == "prod"`, `labels.env != "prod"`, ""},
		{`severity == "info"`, `labels.job == "x" && labels.job == "x"`, ""},
		{`severity == "info"`, `labels.job == "x" && labels.team == "y"`, ""},
		{`severity == "info"`, `labels.job != "x" && labels.job != "y"`, ""},
		{`severity == "info"`, `labels.job == "x" || labels.job == "y"`, ""},
	} {
		t.Run(c.first+" / "+c.second, func(t *testing.T) {
			text := "routes: [{service: s, when: '" + c.first + "'},\n  {service: s, when: '" + c.second + "'}, {service: s}]\n" +
				"people: {ana: {contact: [{console: true}]}}\nteams: {t: {lead: ana, members: [ana]}}\nservices: {s: {team: t, policy: p}}\npolicies: {p: {levels: [{page: [person:ana]}]}}\n"
			_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
			if c.message == "" {
				require.Empty(t, faults)
				return
			}
			require.Len(t, faults, 1)
			require.True(t, faults[0].Warning)
			require.Equal(t, 2, faults[0].Line)
			require.Equal(t, c.message, faults[0].Message)
		})
	}
}
