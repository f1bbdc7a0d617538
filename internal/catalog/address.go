package catalog

import (
	"net/netip"
	"net/url"
	"regexp"
)

// webhook reads where to post. No fault repeats the URL: its path may be a secret.
func (p *parser) webhook(at item) *Webhook {
	f := fields(at, keysWebhook)
	w := &Webhook{Secret: readSecret(f["secret"])}
	u := f["url"]
	if !u.Given() {
		at.Fault(`add url: "https://…"`, "a webhook without a URL")
		return w
	}
	w.URL = u.Text()
	parsed, err := url.Parse(w.URL)
	switch {
	case w.URL == "": // told already
	case err != nil:
		u.Fault("", "this is not a URL")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		u.Fault("", "a webhook URL starts with http:// or https://")
	case parsed.Hostname() == "":
		u.Fault("", "a webhook URL needs a host")
	case parsed.User != nil:
		u.Fault("sign with secret: {env: NAME} instead", "a webhook URL must not carry a user or password")
	default:
		p.hooks = append(p.hooks, hook{at: u, host: parsed.Hostname(), what: "webhook"})
	}
	return w
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

const secretHint = "write secret: {env: NAME} or {file: PATH}, and keep the value there"

// secret reads a reference to a secret. No fault repeats any of it: it may be the secret itself.
func readSecret(i item) Secret {
	if !i.Given() {
		return Secret{}
	}
	if i.Kind() != "a mapping" {
		i.Fault(secretHint, "a secret must not stand in the catalog")
		return Secret{}
	}
	f := i.SecretFields(shapes[keysSecret]...)
	s := Secret{Env: f["env"].Text(), File: f["file"].Text()}
	switch {
	case s.Env == "" && s.File == "":
		i.Fault(secretHint, "a secret without a place to read it from")
	case s.Env != "" && s.File != "":
		i.Fault("keep one of the two", "a secret with both env and file")
	case s.Env != "" && !envName.MatchString(s.Env):
		f["env"].Fault("env holds the name, never the value", "this is not the name of an environment variable")
	}
	return s
}

// hook is a webhook's host, to be held against egress when all files are read.
type hook struct {
	at   item
	host string
	what string // "webhook" or "calendar"
}

// inner warns of webhooks and calendars at inner addresses that egress does not allow: they would be refused
// when the first page is sent, which is the worst moment to learn it.
func (p *parser) inner() {
	for _, h := range p.hooks {
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
		h.at.Warn(`add "`+addr.String()+width+`" to egress.allow`, "this %s leads to an inner address that egress does not allow", h.what)
	}
}

func isInner(addr netip.Addr) bool {
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

func (p *parser) allowed(addr netip.Addr) bool {
	for _, one := range p.cat.Egress {
		if prefix, err := netip.ParsePrefix(one); err == nil && prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
