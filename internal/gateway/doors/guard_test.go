package doors

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuardOfTheOpenDoor(t *testing.T) {
	d := &doors{cfg: Config{}.WithDefaults()}
	for _, test := range []struct {
		name, host, method string
		header             map[string]string
		refused            string // part of the reason; empty when let in
	}{
		{name: "curl", host: "127.0.0.1:8080"},
		{name: "by name", host: "localhost:8080"},
		{name: "by another name of loopback", host: "tocsin.localhost"},
		{name: "IPv6", host: "[::1]:8080"},
		{name: "IPv4 in IPv6", host: "[::ffff:127.0.0.1]:8080"},
		{name: "with a charset", host: "localhost", header: map[string]string{"Content-Type": "Application/JSON; charset=utf-8"}},
		{name: "structured CloudEvent", host: "localhost", header: map[string]string{"Content-Type": "application/cloudevents+json"}},
		{name: "batch of CloudEvents", host: "localhost", header: map[string]string{"Content-Type": "application/cloudevents-batch+json"}},
		{name: "binary CloudEvent", host: "localhost", header: map[string]string{"Content-Type": "text/plain", "Ce-Specversion": "1.0"}},
		{name: "typed into the address bar", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "none"}},
		{name: "handshake", host: "localhost", method: http.MethodOptions, header: map[string]string{"Content-Type": ""}},

		{name: "a web page", host: "localhost", header: map[string]string{"Origin": "https://evil.example"}, refused: "web page"},
		{name: "a sandboxed page", host: "localhost", header: map[string]string{"Origin": "null"}, refused: "web page"},
		{name: "another site", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, refused: "web page"},
		{name: "another port", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "same-site"}, refused: "web page"},
		{name: "DNS rebinding", host: "evil.example:8080", refused: "host"},
		{name: "a name that only begins right", host: "localhost.evil.example", refused: "host"},
		{name: "no host", host: "", refused: "host"},
		{name: "an inner address", host: "192.168.0.7", refused: "host"},
		{name: "any address", host: "0.0.0.0", refused: "host"},
		{name: "a proxy", host: "localhost", header: map[string]string{"X-Forwarded-For": "203.0.113.9"}, refused: "proxy"},
		{name: "a proxy that hides", host: "localhost", header: map[string]string{"Via": ""}, refused: "proxy"},
		{name: "a standard proxy", host: "localhost", header: map[string]string{"Forwarded": "for=203.0.113.9"}, refused: "proxy"},
		{name: "a form", host: "localhost", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, refused: "content type"},
		{name: "plain text", host: "localhost", header: map[string]string{"Content-Type": "text/plain"}, refused: "content type"},
		{name: "a multipart form", host: "localhost", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, refused: "content type"},
		{name: "no type", host: "localhost", header: map[string]string{"Content-Type": ""}, refused: "content type"},
		{name: "text that pretends", host: "localhost", header: map[string]string{"Content-Type": "text/x+json"}, refused: "content type"},
		{name: "preflight", host: "localhost", method: http.MethodOptions, header: map[string]string{"Origin": "https://evil.example"}, refused: "web page"},
	} {
		t.Run(test.name, func(t *testing.T) {
			method := test.method
			if method == "" {
				method = http.MethodPost
			}
			r := httptest.NewRequest(method, "/intake/generic", nil)
			r.Host = test.host
			r.Header.Set("Content-Type", "application/json")
			for k, v := range test.header {
				r.Header.Set(k, v)
			}
			reason := d.guard(r)
			if test.refused == "" {
				require.Empty(t, reason)
			} else {
				require.Contains(t, reason, test.refused)
			}
		})
	}
}
