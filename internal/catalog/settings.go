package catalog

import (
	"net/netip"
	"net/url"
	"time"
)

// intake reads one key by which a sender is let in.
func (p *parser) intake(name string, at, body item) {
	f := body.fields(keysIntakeKey)
	k := IntakeKey{Name: name, Secret: f["secret"].secret(), Service: p.refer(service, f["service"])}
	if !f["secret"].given() {
		at.fault(secretHint, "an intake key without a secret")
	}
	p.cat.Intake[name] = k
}

// egress reads the inner addresses that webhooks may reach.
func (p *parser) egress(section item) {
	for _, one := range section.fields(keysEgress)["allow"].list() {
		s, ok := one.scalar()
		if !ok {
			continue
		}
		if _, err := netip.ParsePrefix(s); err != nil {
			hint := "write it like 10.0.0.0/8"
			if addr, err := netip.ParseAddr(s); err == nil {
				hint = "write " + netip.PrefixFrom(addr.WithZone(""), addr.BitLen()).String()
			}
			one.fault(hint, "%s is not an address range", quote(s))
			continue
		}
		p.cat.Egress = append(p.cat.Egress, s)
	}
}

// DefaultMailTimeout bounds one mail where the catalog does not say.
const DefaultMailTimeout = 30 * time.Second

func (p *parser) channels(section item) {
	f := section.fields(keysChannels)
	if !f["email"].given() {
		return
	}
	if p.email.present() {
		f["email"].fault("", "channels.email stands here a second time, first at %s", p.email.place())
		return
	}
	p.email = f["email"]
	e := p.email.fields(keysEmail)
	p.cat.Channels.Email = EmailChannel{
		SMTP: e["smtp"].smtp(), From: e["from"].address(), User: e["user"].line(),
		Password: e["password"].secret(), Timeout: e["timeout"].duration(1, DefaultMailTimeout),
	}
	if !e["smtp"].given() {
		p.email.fault("add smtp: smtp://host:port", "channels.email without smtp")
	}
	if !e["from"].given() {
		p.email.fault("add from: tocsin@example.com", "channels.email without from")
	}
	if e["password"].given() && !e["user"].given() {
		p.email.fault("", "channels.email with a password but no user")
	}
}

// smtp reads the address of a mail server. No fault repeats it: it may carry a password.
func (i item) smtp() string {
	s := i.line()
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	const hint = "write it like smtp://mail.example.com:587 or smtps://mail.example.com:465"
	switch {
	case err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "":
		i.fault(hint, "this is not the URL of a mail server")
	case u.User != nil:
		i.fault("use user: and password: {env: NAME}", "the URL of a mail server must not carry a user or password")
	case u.Port() == "":
		i.fault(hint, "the URL of a mail server needs a port")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		i.fault(hint, "the URL of a mail server ends with its port")
	default:
		return u.Scheme + "://" + u.Host
	}
	return ""
}
