package floors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForbids: the table would notice.
func TestForbids(t *testing.T) {
	for _, test := range []struct {
		from, path string
		allowed    bool
	}{
		{"pkg/events", "encoding/json", true},
		{"pkg/events", "github.com/cloudevents/sdk-go/v2/event", true},
		{"pkg/events", "github.com/cloudevents/sdk-go/v2/client", false},
		{"pkg/events", "net/url", false},
		{"pkg/events", "tocsin.dev/internal/rules", false},
		{"internal/rules", "tocsin.dev/internal/rules/alert", true},
		{"internal/rules", "context", false},
		{"internal/rules", "math", true},
		{"internal/rules", "math/rand/v2", false},
		{"internal/rules", "tocsin.dev/internal/catalog", false},
		{"internal/rules/escalation", "tocsin.dev/internal/rules/oncall", true},
		{"internal/rules/oncall", "tocsin.dev/internal/rules/escalation", false},
		{"internal/rules/clock", "tocsin.dev/internal/rules/oncall", true},
		{"internal/rules/clock", "tocsin.dev/internal/rules/escalation", false},
		{"internal/rules/clock", "tocsin.dev/pkg/events", false},
		{"internal/rules/page", "sync/atomic", false},
		{"internal/bus", "tocsin.dev/internal/bus/inmem", false},
		{"internal/bus/inmem", "tocsin.dev/internal/bus/jetstream", false},
		{"internal/bus/bustest", "tocsin.dev/internal/bus", true},
		{"internal/channel/webhook", "tocsin.dev/internal/egress", true},
		{"internal/channel/webhook", "tocsin.dev/internal/notifier", false},
		{"internal/source/generic", "tocsin.dev/internal/source/alertmanager", false},
		{"internal/source/generic", "tocsin.dev/internal/source/strictjson", true},
		{"internal/engine", "tocsin.dev/internal/partition", true},
		{"internal/engine", "tocsin.dev/internal/notifier", false},
		{"internal/whatif/verify/streams", "tocsin.dev/internal/engine", false},
		{"internal/intake", "tocsin.dev/internal/bus/jetstream", false},
		{"internal/engine", "tocsin.dev/internal/bus/jetstream", false},
		{"internal/gateway/api", "tocsin.dev/internal/gateway/doors", true},
		{"internal/gateway/api", "tocsin.dev/internal/recorder", false},
		{"internal/daemon", "tocsin.dev/pkg/events", false},
		{"pkg/client", "tocsin.dev/internal/rules", false},
		{"examples/subscriber", "tocsin.dev/internal/bus", false},
		{"cmd/tocsin", "tocsin.dev/internal/engine", true},
	} {
		r, ok := ruleOf(test.from)
		require.True(t, ok, test.from)
		require.Equal(t, test.allowed, r.forbids(test.from, test.path) == "", "%s imports %s", test.from, test.path)
	}
	_, ok := ruleOf("internal/newcomer")
	require.False(t, ok, "a new package needs a rule")
}
