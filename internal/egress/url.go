package egress

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// target is a checked URL.
type target struct {
	url  *url.URL // without userinfo
	user *url.Userinfo
	host string // host:port, safe to show
}

// parse parses a URL and refuses one that two parsers could read differently. Its errors contain at most
// the host of the URL.
func (g guard) parse(raw string) (target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return target{}, fmt.Errorf("%w: not a URL", ErrRefused) // url.Error would show all of it
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return target{}, fmt.Errorf("%w: only http and https are supported", ErrRefused)
	}
	name, port := u.Hostname(), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if err := g.checkHost(name, port); err != nil {
		return target{}, err
	}
	t := target{user: u.User, host: net.JoinHostPort(name, port)}
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	t.url = &clean
	return t, nil
}

// checkHost refuses names that resolvers read differently, and checks literal addresses.
func (g guard) checkHost(name, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("%w: bad port", ErrRefused)
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return g.check(addr)
	}
	if !plainName(name) {
		return fmt.Errorf("%w: the host is neither a plain name nor a plain address", ErrRefused)
	}
	return nil
}

// plainName accepts ASCII names whose last label is not a number: C libraries read "0x7f.1" or "2130706433"
// as an IPv4 address, others as a name.
func plainName(name string) bool {
	trimmed := strings.TrimSuffix(name, ".")
	if trimmed == "" || len(trimmed) > 253 {
		return false
	}
	labels := strings.Split(trimmed, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.IndexFunc(l, notNameRune) >= 0 {
			return false
		}
	}
	last := strings.ToLower(labels[len(labels)-1])
	if strings.HasPrefix(last, "0x") {
		return false
	}
	return strings.Trim(last, "0123456789") != ""
}

func notNameRune(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}
