package catalog

import "cmp"

// chat reads a chat room.
func (p *parser) chat(id string, key, body item) {
	f := fields(body, "chat")
	c := &Chat{ID: id, Name: cmp.Or(f["name"].Text(), id), Contacts: p.contacts(f["contact"])}
	if f["contact"].Empty() {
		key.Fault(`add one, such as: contact: [{webhook: {url: "https://chat.example.com/hook"}}]`, "chat %s has no contact method", quote(id))
	}
	p.cat.Chats[id] = c
}

// webhookTarget reads a machine that a policy may notify.
func (p *parser) webhookTarget(id string, key, body item) {
	if !body.Given() {
		key.Fault(`add url: "https://…"`, "webhook %s has no URL", quote(id))
		return
	}
	p.cat.Webhooks[id] = p.webhook(body)
}
