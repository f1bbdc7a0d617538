package catalog

import (
	"net/url"
	"regexp"
)

// webhook reads where to post. No fault repeats the URL: its path may be a secret.
func (p *parser) webhook(at item) *Webhook {
	f := fields(at, "webhook")
	w := &Webhook{Secret: readSecret(f["secret"])}
	u := f["url"]
	if !u.Given() {
		at.Fault(`add url: "https://…"`, "a webhook without a URL")
		return w
	}
	w.URL = u.Text()
	parsed, err := url.Parse(w.URL)
	switch {
	case w.URL == "": // a fault already
	case err != nil:
		u.Fault("write it like https://push.example.com/ana", "this is not a URL")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		u.Fault("write it like https://push.example.com/ana", "a webhook URL starts with http:// or https://")
	case parsed.Hostname() == "":
		u.Fault("write it like https://push.example.com/ana", "a webhook URL needs a host")
	case parsed.User != nil:
		u.Fault("sign with secret: {env: NAME} instead", "a webhook URL must not carry a user or password")
	default:
		p.remotes = append(p.remotes, remote{at: u, host: parsed.Hostname(), what: "webhook"})
	}
	return w
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

const secretHint = "write secret: {env: NAME} or {file: PATH}, and keep the value there"

// readSecret reads a reference to a secret. No fault repeats any of it: it may be the secret itself.
func readSecret(i item) Secret {
	if !i.Given() {
		return Secret{}
	}
	if !i.IsMapping() {
		i.Fault(secretHint, "a secret must not be written into the catalog")
		return Secret{}
	}
	f := i.SecretFields(shapes["secret"]...)
	s := Secret{Env: f["env"].Text(), File: f["file"].Text()}
	switch {
	case s.Env == "" && s.File == "":
		i.Fault(secretHint, "a secret needs env: or file:")
	case s.Env != "" && s.File != "":
		i.Fault("keep one of the two", "a secret with both env and file")
	case s.Env != "" && !envName.MatchString(s.Env):
		f["env"].Fault("env holds the name, never the value", "this is not the name of an environment variable")
	}
	return s
}
