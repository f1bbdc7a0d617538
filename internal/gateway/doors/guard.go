package doors

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Without a key, listening on loopback protects the gateway. A web page in a browser on the
// same machine gets past that, and so does a proxy in front of it. guard refuses both.

// guard returns why a request without a key is refused; empty if it is not.
func (d *doors) guard(r *http.Request) string {
	const addKey = "; add an intake key to the settings to take alerts from there"
	if origin := r.Header.Get("Origin"); origin != "" {
		return fmt.Sprintf("the request comes from a web page (Origin %.100q)%s", origin, addKey)
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		return fmt.Sprintf("the request comes from a web page (Sec-Fetch-Site %.20q)%s", site, addKey)
	}
	for _, name := range forwarding {
		if _, ok := r.Header[name]; ok {
			return fmt.Sprintf("the request went through a proxy (header %s)%s", name, addKey)
		}
	}
	if !d.cfg.KnownHost(r.Host) {
		return fmt.Sprintf("the request asks for host %.100q, which is not a name of this machine's loopback address%s", r.Host, addKey)
	}
	if r.Method != http.MethodOptions && !jsonOrCloudEvent(r.Header) {
		return fmt.Sprintf("the content type is %.100q: send application/json or a CloudEvents type", r.Header.Get("Content-Type"))
	}
	return ""
}

// forwarding are the headers that proxies add, in canonical form.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// jsonOrCloudEvent accepts content types that a web page cannot send without a CORS preflight.
func jsonOrCloudEvent(h http.Header) bool {
	if h.Get("Ce-Specversion") != "" {
		return true // binary mode: the data may have any type
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return false
	}
	return media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")
}

// LoopbackHost reports whether the Host of a request, with or without a port, names the loopback address.
// A foreign name that DNS resolves to 127.0.0.1 does not.
func LoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
