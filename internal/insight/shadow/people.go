package shadow

import "strings"

// People knows a person under every name that an export may use: id, name and addresses, in lower case.
type People map[string]string

// Add notes names of a person with this id. A name that two people share names neither.
func (p People) Add(id string, names ...string) {
	for _, name := range append(names, id) {
		name = strings.ToLower(strings.TrimSpace(name))
		if was, taken := p[name]; taken && was != id {
			p[name] = ""
			continue
		}
		if name != "" {
			p[name] = id
		}
	}
}

// Of returns the id for a name, or the name itself if nobody is known by it.
func (p People) Of(name string) string {
	name = strings.TrimPrefix(strings.TrimSpace(name), "person:")
	low := strings.ToLower(name)
	if id := p[low]; id != "" {
		return id
	}
	if local, _, address := strings.Cut(low, "@"); address && p[local] == local && local != "" {
		return local // an address whose first part is an id
	}
	return name
}
