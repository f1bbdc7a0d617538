package catalog

import (
	"maps"

	"tocsin.dev/internal/yamlfile"
)

// maxHints bounds the searches for near names: a wrong file of ten thousand names needs no hint for
// each.
const maxHints = 100

// checkNames reports names that refer to nothing.
func (p *parser) checkNames() {
	hints := 0
	for _, ref := range p.refs {
		if p.known(ref.kind, ref.id) {
			continue
		}
		hint := ""
		if hints++; hints <= maxHints {
			if near := yamlfile.Nearest(ref.id, maps.Keys(p.defined[ref.kind])); near != "" {
				hint = "did you mean " + quote(near) + "?"
			}
		}
		ref.at.Fault(hint, "there is no %s %s", ref.kind, quote(ref.id))
	}
}
