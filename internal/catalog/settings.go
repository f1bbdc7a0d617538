package catalog

import (
	"net/netip"
	"net/url"
	"time"
)

// intake reads the key of one sender.
func (p *parser) intake(name string, at, body item) {
	f := fields(body, "intake_key")
	k := IntakeKey{Name: name, Secret: readSecret(f["secret"]), Service: p.refer(service, f["service"])}
	if !f["secret"].Given() {
		at.Fault(secretHint, "an intake key without a secret")
	}
	p.cat.Intake[name] = k
}

// egress reads the inner addresses that webhooks and calendars may reach.
func (p *parser) egress(section item) {
	for _, one := range fields(section, "egress")["allow"].List() {
		s, ok := one.Scalar()
		if !ok {
			continue
		}
		if _, err := netip.ParsePrefix(s); err != nil {
			hint := "write it like 10.0.0.0/8"
			if addr, err := netip.ParseAddr(s); err == nil {
				hint = "write " + netip.PrefixFrom(addr.WithZone(""), addr.BitLen()).String()
			}
			one.Fault(hint, "%s is not an address range", quote(s))
			continue
		}
		p.cat.Egress = append(p.cat.Egress, s)
	}
}

// DefaultMailTimeout is the default limit for sending one mail.
const DefaultMailTimeout = 30 * time.Second

func (p *parser) channels(section item) {
	f := fields(section, "channels")
	if !f["email"].Given() {
		return
	}
	if p.emailAt.Present() {
		f["email"].Fault("remove one of them", "channels.email is given twice, first at %s", p.emailAt.Place())
		return
	}
	p.emailAt = f["email"]
	e := fields(p.emailAt, "email_channel")
	p.cat.Channels.Email = EmailChannel{
		SMTP: readSMTP(e["smtp"]), From: readMailAddress(e["from"]), User: e["user"].Text(),
		Password: readSecret(e["password"]), Timeout: e["timeout"].Duration(1, DefaultMailTimeout),
	}
	if !e["smtp"].Given() {
		p.emailAt.Fault("add smtp: smtp://host:port", "channels.email without smtp")
	}
	if !e["from"].Given() {
		p.emailAt.Fault("add from: tocsin@example.com", "channels.email without from")
	}
	if e["password"].Given() && !e["user"].Given() {
		p.emailAt.Fault("add user:", "channels.email with a password but no user")
	}
}

// readSMTP reads the URL of a mail server. No fault repeats it: it may carry a password.
func readSMTP(i item) string {
	s := i.Text()
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	const hint = "write it like smtp://mail.example.com:587 or smtps://mail.example.com:465"
	switch {
	case err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "":
		i.Fault(hint, "this is not the URL of a mail server")
	case u.User != nil:
		i.Fault("use user: and password: {env: NAME}", "the URL of a mail server must not carry a user or password")
	case u.Port() == "":
		i.Fault(hint, "the URL of a mail server needs a port")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		i.Fault(hint, "the URL of a mail server ends with its port")
	default:
		return u.Scheme + "://" + u.Host
	}
	return ""
}
