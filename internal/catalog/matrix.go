package catalog

import (
	"strings"

	"tocsin.dev/internal/rules/alert"
)

// matrix reads ITIL's priority matrix: a row for each impact, a column for each urgency.
func (p *parser) matrix(at item) {
	if !at.Given() {
		return
	}
	if p.matrixAt.Present() {
		at.Fault("remove one of them", "priority_matrix is given twice, first at %s", p.matrixAt.Place())
		return
	}
	p.matrixAt = at
	f := fields(at, "priority_matrix")
	if !at.IsMapping() {
		return
	}
	m := &alert.Matrix{Cells: map[string]map[string]string{}, Urgencies: map[string]string{}}
	impacts := p.grades(at, impact, f["impact"])
	urgencies := p.grades(at, urgency, f["urgency"])
	if len(impacts) > 0 && len(urgencies) > 0 {
		p.cells(m, impacts, urgencies, f["priorities"], at)
	}
	seen := map[string]item{}
	for _, entry := range f["severities"].Pairs() {
		if name := p.severityName(entry.Key, seen); name != "" {
			m.Urgencies[name] = p.refer(urgency, entry.Value)
		}
		if !entry.Value.Given() {
			entry.Value.Wrong("an urgency")
		}
	}
	m.Impact = p.refer(impact, f["default_impact"])
	p.cat.Rules.Matrix = m
}

// grades reads the words for the rows or columns of the matrix.
func (p *parser) grades(at item, kind noun, list item) []string {
	if list.Empty() {
		at.Fault("name them, such as: "+string(kind)+": [high, medium, low]", "priority_matrix without %s", kind)
	}
	p.defined[kind] = map[string]item{}
	var all []string
	for _, one := range list.List() {
		word, ok := one.Scalar()
		switch {
		case !ok && !one.Given():
			one.Wrong("a word")
		case !ok: // a fault already
		case !severityPattern.MatchString(word) || word != strings.ToLower(word):
			one.Fault("write it in lower case, such as high", "%s is not a word for %s", quote(word), kind)
		case p.known(kind, word):
			one.Fault("remove one of them", "%s %s is given twice", kind, quote(word))
		default:
			p.defined[kind][word] = one
		}
		all = append(all, word)
	}
	return all
}

// cells reads the priorities. A row or cell too many or too few is a fault.
func (p *parser) cells(m *alert.Matrix, impacts, urgencies []string, rows, at item) {
	if !rows.Given() {
		at.Fault("write one row for each impact, such as: - [P1, P2, P3]", "priority_matrix without priorities")
		return
	}
	list := rows.List()
	if rows.IsList() && len(list) != len(impacts) {
		rows.Fault("write one row for each impact", "%s for %s", count(len(list), "row"), count(len(impacts), "impact"))
		return
	}
	for n, row := range list {
		if !row.Given() {
			row.Wrong("a list")
			continue
		}
		cells := row.List()
		if row.IsList() && len(cells) != len(urgencies) {
			row.Fault("write one priority for each urgency", "%s for %s", count(len(cells), "column"), count(len(urgencies), "urgency"))
			continue
		}
		m.Cells[impacts[n]] = map[string]string{}
		for c, cell := range cells {
			m.Cells[impacts[n]][urgencies[c]] = readPriority(cell)
		}
	}
}
