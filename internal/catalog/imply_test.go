package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

// Two routes, by their conditions: what is told of the second one.
func TestRoutesThatNeverMatter(t *testing.T) {
	const (
		same  = "never reached: the route in line 1 has the same condition"
		takes = "never reached: the route in line 1 takes all that this one would"
		never = "never reached: this condition is never true"
	)
	for _, c := range []struct{ first, second, told string }{
		{`labels.env == "prod"`, `labels.env == "prod"`, same},
		{`labels.env == "prod"`, `labels.env == "prod" && labels.job == "z"`, takes},
		{`labels.env == "prod"`, `labels.job == "z" && labels["env"] == "prod"`, takes},
		{`labels.env == "prod"`, `"prod" == labels.env && severity == "info"`, takes},
		{`labels.env == "prod" && severity == "info"`, `severity == "info" && source == "x" && labels.env == "prod"`, takes},
		{`labels.env == "prod" || labels.env == "live"`, `labels.env == "live"`, takes},
		{`labels.env in ["prod", "live"]`, `labels.env == "live"`, takes},
		{`labels.env in ["prod", "live"]`, `labels.env in ["live"] || labels.env == "prod"`, takes},
		{`labels.env != "dev"`, `labels.env == "prod"`, takes},
		{`labels.env != "dev"`, `!(labels.env in ["dev", "test"])`, takes},
		{`!(labels.env == "dev")`, `labels.env == "prod"`, takes},
		{`summary.contains("disk")`, `summary.contains("disk") && severity == "info"`, takes},
		{`true`, `severity == "info"`, takes},
		{`severity == "info"`, `labels.job == "x" && labels.job == "y"`, never},
		{`severity == "info"`, `labels.job == "x" && labels.job != "x"`, never},
		{`severity == "info"`, `labels.job in ["x", "y"] && labels.job == "z"`, never},
		{`severity == "info"`, `(labels.job == "x" && labels.job == "y") || false`, never},
		{`severity == "info"`, `false`, never},

		{`labels.env == "prod" && labels.job == "z"`, `labels.env == "prod"`, ""},
		{`labels.env == "prod"`, `labels.env == "prod" || labels.job == "z"`, ""},
		{`labels.env == "prod"`, `labels.environment == "prod"`, ""},
		{`labels.env == "prod"`, `labels.env != "prod"`, ""},
		{`labels.env != "prod"`, `labels.env != "dev"`, ""},
		{`labels.env in ["prod"]`, `labels.env in ["prod", "live"]`, ""},
		{`labels.env == "prod"`, `labels.env == "1"`, ""},
		{`summary.contains("disk")`, `summary.contains("disks")`, ""},
		{`severity == "info"`, `labels.job != "x" && labels.job != "y"`, ""},
		{`severity == "info"`, `labels.job in ["x", "y"] && labels.job in ["y", "z"]`, ""},
		{`severity == "info"`, `labels.job == "x" || labels.job == "y"`, ""},
	} {
		t.Run(c.first+" / "+c.second, func(t *testing.T) {
			text := "routes: [{service: s, when: '" + c.first + "'},\n  {service: s, when: '" + c.second + "'}, {service: s}]\n" +
				"people: {ana: {contact: [{console: true}]}}\nteams: {t: {lead: ana, members: [ana]}}\nservices: {s: {team: t, policy: p}}\npolicies: {p: {levels: [{page: [person:ana]}]}}\n"
			_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
			if c.told == "" {
				require.Empty(t, faults)
				return
			}
			require.Len(t, faults, 1)
			require.True(t, faults[0].Warning)
			require.Equal(t, 2, faults[0].Line)
			require.Equal(t, c.told, faults[0].Message)
		})
	}
}
