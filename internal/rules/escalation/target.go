package escalation

import "time"

// Directory tells who stands behind a target. Each answer may be empty.
type Directory interface {
	OnCall(schedule string, at time.Time) []string
	Members(team string) []string
	Lead(team string) string
	Manager(person string) string
}

// Recipient is one person a level means, and the level's word that led there.
type Recipient struct {
	Person string
	Via    string // empty when the level names the person itself
}

// Recipients gives the people a level means at an instant, each once, in the level's order. team
// owns the incident; below are the people of the level before, whom role:manager starts from.
func (l Level) Recipients(d Directory, team string, below []string, at time.Time) []Recipient {
	var out []Recipient
	add := func(via string, people ...string) {
		for _, p := range people {
			if p != "" && !holds(out, p) {
				out = append(out, Recipient{Person: p, Via: via})
			}
		}
	}
	for _, t := range l.Targets {
		switch t.Kind {
		case Person:
			add("", t.ID)
		case OnCall:
			add(t.String(), d.OnCall(t.ID, at)...)
		case Team:
			add(t.String(), d.Members(t.ID)...)
		case RoleKind:
			add(t.String(), role(d, t.ID, team, below)...)
		}
	}
	return out
}

// The roles a target may name.
const (
	RoleLead    = "lead"
	RoleManager = "manager"
)

func role(d Directory, name, team string, below []string) []string {
	lead := d.Lead(team)
	if name != RoleManager {
		return []string{lead}
	}
	var managers []string
	for _, p := range below {
		managers = append(managers, d.Manager(p))
	}
	if len(below) == 0 {
		managers = append(managers, d.Manager(lead))
	}
	return managers
}

func holds(all []Recipient, person string) bool {
	for _, r := range all {
		if r.Person == person {
			return true
		}
	}
	return false
}
