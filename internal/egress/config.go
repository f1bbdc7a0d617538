package egress

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// MaxBody is how many bytes of a response body are kept by default: 64 KiB.
const MaxBody = 64 << 10

// Config is set by the operator.
type Config struct {
	// Allow lists non-public ranges (CIDR, such as "10.1.0.0/16") that may be reached as well. Defaults
	// to none.
	Allow []string
	// Timeout bounds one exchange from the name lookup to the end of the response headers. Defaults to
	// 15 s.
	Timeout time.Duration
	// BodyTimeout bounds reading the response body. The rest of the body is dropped. Defaults to 2 s.
	BodyTimeout time.Duration
	// Resolver resolves names. Defaults to the system's.
	Resolver *net.Resolver
	// TLS is the base of every TLS connection. Defaults to the system's roots and TLS 1.2 or later.
	TLS *tls.Config
}

// WithDefaults fills in zero fields.
func (c Config) WithDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 15*time.Second)
	c.BodyTimeout = cmp.Or(c.BodyTimeout, 2*time.Second)
	c.Resolver = cmp.Or(c.Resolver, net.DefaultResolver)
	if c.TLS == nil {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return c
}

// Validate reports all faults at once.
func (c Config) Validate() error {
	var faults []error
	for _, cidr := range c.Allow {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			faults = append(faults, fmt.Errorf("allow: %q is not a range such as 10.1.0.0/16", cidr))
		}
	}
	if c.Timeout < 0 || c.BodyTimeout < 0 {
		faults = append(faults, errors.New("timeout: must not be negative"))
	}
	return errors.Join(faults...)
}

// guard converts a valid configuration. A range in IPv4-mapped form means the IPv4 range.
func (c Config) guard() guard {
	var g guard
	for _, cidr := range c.Allow {
		p := netip.MustParsePrefix(cidr).Masked()
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		g.allow = append(g.allow, p)
	}
	return g
}
