package catalog

// noun is a kind of thing that has a name in the catalog.
type noun string

const (
	person    noun = "person"
	team      noun = "team"
	schedule  noun = "schedule"
	service   noun = "service"
	policy    noun = "policy"
	severity  noun = "severity"
	calendar  noun = "calendar"
	chat      noun = "chat"
	webhook   noun = "webhook"
	goal      noun = "goal"
	impact    noun = "impact"
	urgency   noun = "urgency"
	intakeKey noun = "intake key"
)

// isID reports whether names of the kind must be ids, because they travel in subjects.
func (n noun) isID() bool {
	switch n {
	case severity, goal, impact, urgency:
		return false
	}
	return true
}

// reference is a name in the files that must be the name of something.
type reference struct {
	kind noun
	id   string
	at   item
}

// refer reads a name and notes that something of the kind must have it; "" when none is given.
func (p *parser) refer(kind noun, at item) string {
	id, ok := at.Scalar()
	if !ok {
		return ""
	}
	p.refs = append(p.refs, reference{kind, id, at})
	return id
}

// referAll reads a list of names.
func (p *parser) referAll(kind noun, list item) []string {
	var ids []string
	for _, one := range list.ListOf("a name") {
		if id := p.refer(kind, one); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// known reports whether something of the kind has the name.
func (p *parser) known(kind noun, id string) bool {
	_, ok := p.defined[kind][id]
	return ok
}
