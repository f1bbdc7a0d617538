package catalog

import (
	"net/netip"
	"slices"
)

// remote is the host of a webhook or calendar, to be checked against egress when all files are read.
type remote struct {
	at   item
	host string
	what string // "webhook" or "calendar"
}

// checkInnerAddresses warns of webhooks and calendars at inner addresses that egress does not allow.
// Otherwise they would be refused only when the first page is sent.
func (p *parser) checkInnerAddresses() {
	for _, h := range p.remotes {
		host := h.host
		if host == "localhost" {
			host = "127.0.0.1"
		}
		addr, err := netip.ParseAddr(host)
		if err != nil || !isInner(addr) || p.allowed(addr) {
			continue
		}
		width := "/32"
		if addr.Is6() {
			width = "/128"
		}
		h.at.Warn(`add "`+addr.String()+width+`" to egress.allow`, "this %s is at an inner address that egress does not allow", h.what)
	}
}

func isInner(addr netip.Addr) bool {
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

func (p *parser) allowed(addr netip.Addr) bool {
	return slices.ContainsFunc(p.cat.Egress, func(allowed string) bool {
		prefix, err := netip.ParsePrefix(allowed)
		return err == nil && prefix.Contains(addr.Unmap())
	})
}
