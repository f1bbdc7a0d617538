package events_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// TestDerivedIDsNeverChange: ids are stored in ledgers, and a replay derives them again.
func TestDerivedIDsNeverChange(t *testing.T) {
	for _, c := range []struct {
		id    string
		parts []string
	}{
		{"2e1547ac-807a-5cb6-a08f-cab005ef0d11", nil},
		{"9831b63d-5076-5e4d-b83b-9653c6fc8ac9", []string{""}},
		{"2fea7e83-4a20-5660-8fdd-1c26e6f07541", []string{"a"}},
		{"633d4afa-893a-56d6-a1f9-2e462baf0f61", []string{"a", "b"}},
		{"d016e00e-a089-5100-96df-6101287af71b", []string{"ab", "c"}},
		{"2c7f9783-fc07-5631-b130-9c5c8aad659b", []string{"a", "bc"}},
		{"14cfbe18-05a8-5cff-ab61-3da5c6916508", []string{"spread", "0b9fd6a2-7a3c-5a7e-9a51-3f1c2d4e5f60", "7"}},
		{"d7d19f97-4594-5ab0-8642-9636501cf62a", []string{"höst ☃", "\x00\n"}},
		{"3bc071d9-a7ae-54a7-a9b0-df9cc3e6fc26", []string{"api", strings.Repeat("x", 300), "ack"}},
	} {
		require.Equal(t, c.id, events.DeriveID(c.parts...), "%q", c.parts)
	}
}
