package egress

import (
	"fmt"
	"net/netip"
)

// block is a range of non-public addresses.
type block struct {
	prefix netip.Prefix
	what   string
}

// refused4 follows the IANA registry of special-purpose IPv4 addresses. Azure's 168.63.129.16 is in
// public space but answers only from inside, as a metadata address does.
var refused4 = blocks(
	"0.0.0.0/8", "this network",
	"10.0.0.0/8", "private",
	"100.64.0.0/10", "shared by carriers",
	"127.0.0.0/8", "loopback",
	"168.63.129.16/32", "metadata",
	"169.254.0.0/16", "link-local",
	"172.16.0.0/12", "private",
	"192.0.0.0/24", "protocol assignments",
	"192.0.2.0/24", "documentation",
	"192.31.196.0/24", "special",
	"192.52.193.0/24", "special",
	"192.88.99.0/24", "6to4 relay",
	"192.168.0.0/16", "private",
	"192.175.48.0/24", "special",
	"198.18.0.0/15", "benchmark",
	"198.51.100.0/24", "documentation",
	"203.0.113.0/24", "documentation",
	"224.0.0.0/4", "multicast",
	"240.0.0.0/4", "reserved",
)

// public6 is the only IPv6 space that is handed out for public use; all else is refused.
var public6 = netip.MustParsePrefix("2000::/3")

// refused6 holds the exceptions inside [public6], those with an IPv4 address inside among them.
var refused6 = blocks(
	"2001::/23", "protocol assignments",
	"2001:db8::/32", "documentation",
	"2002::/16", "6to4",
	"2620:4f:8000::/48", "special",
	"3ffe::/16", "retired",
	"3fff::/20", "documentation",
)

func blocks(pairs ...string) []block {
	all := make([]block, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, block{netip.MustParsePrefix(pairs[i]), pairs[i+1]})
	}
	return all
}

// guard decides which addresses may be reached. The zero value lets public addresses through.
type guard struct {
	allow []netip.Prefix
}

// check returns nil, or an error that wraps [ErrRefused] and names the kind of address.
func (g guard) check(to netip.Addr) error {
	if to.Zone() != "" {
		return fmt.Errorf("%w: address with a zone", ErrRefused)
	}
	addr := to.Unmap()
	for _, p := range g.allow {
		if p.Contains(addr) {
			return nil
		}
	}
	if what := inner(addr); what != "" {
		return fmt.Errorf("%w: %s address", ErrRefused, what)
	}
	return nil
}

// inner names the kind of a non-public address; "" for a public one.
func inner(addr netip.Addr) string {
	list := refused4
	if addr.Is6() {
		if !public6.Contains(addr) {
			return kind6(addr)
		}
		list = refused6
	}
	for _, b := range list {
		if b.prefix.Contains(addr) {
			return b.what
		}
	}
	return ""
}

func kind6(addr netip.Addr) string {
	switch {
	case addr.IsLoopback():
		return "loopback"
	case addr.IsLinkLocalUnicast():
		return "link-local"
	case addr.IsPrivate():
		return "private"
	case addr.IsMulticast():
		return "multicast"
	default:
		return "non-public"
	}
}
