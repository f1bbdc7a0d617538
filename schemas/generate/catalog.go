package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed catalog_intro.md
var catalogIntro string

// operatorSections are the keys that belong to whoever runs Tocsin; a catalog by API cannot change them.
var operatorSections = []string{"intake", "egress", "channels"}

// node is a part of a JSON Schema. YAML's reader keeps the order of the keys.
type node struct{ *yaml.Node }

// get returns the value of a key; the zero node where there is none.
func (n node) get(key string) node {
	for k, v := range n.entries() {
		if k == key {
			return v
		}
	}
	return node{}
}

// entries returns the keys of an object in their order, with their values.
func (n node) entries() func(yield func(string, node) bool) {
	return func(yield func(string, node) bool) {
		if n.Node == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, node{n.Content[i+1]}) {
				return
			}
		}
	}
}

func (n node) list() []node {
	var all []node
	if n.Node != nil && n.Kind == yaml.SequenceNode {
		for _, one := range n.Content {
			all = append(all, node{one})
		}
	}
	return all
}

func (n node) text() string {
	if n.Node == nil {
		return ""
	}
	return n.Value
}

// manual writes the page about the catalog from its schema.
type manual struct {
	strings.Builder
	defs node
}

// makeCatalogPage returns docs/catalog.md. The schema has every key, its description and an example.
func makeCatalogPage(schema []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Load(schema, &doc); err != nil {
		return nil, fmt.Errorf("read the schema of the catalog: %w", err)
	}
	root := node{&doc}
	if doc.Kind == yaml.DocumentNode {
		root = node{doc.Content[0]}
	}
	m := &manual{defs: root.get("$defs")}
	m.WriteString(catalogIntro)
	for key, section := range m.defs.get("catalog").get("properties").entries() {
		m.section(key, section)
	}
	m.values()
	return []byte(m.String()), nil
}

// section writes what is below one key of the top level.
func (m *manual) section(key string, n node) {
	fmt.Fprintf(m, "\n## `%s`\n\n%s\n", key, n.get("description").text())
	if slices.Contains(operatorSections, key) {
		m.WriteString("\nA setting of the operator: a catalog that comes by API cannot change it.\n")
	}
	m.WriteString("\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n")
	m.below(key, m.resolve(n))
}

// resolve follows references.
func (m *manual) resolve(n node) node {
	for n.get("$ref").text() != "" {
		n = m.defs.get(strings.TrimPrefix(n.get("$ref").text(), "#/$defs/"))
	}
	return n
}

// below writes the rows of all keys below a path.
func (m *manual) below(path string, n node) {
	switch properties := n.get("properties"); {
	case n.get("type").text() == "array" || n.get("items").Node != nil:
		for _, one := range m.forms(n.get("items")) {
			m.below(path+"[]", one)
		}
	case properties.Node == nil:
		m.entriesOf(path, n)
	case properties.get("P1").Node != nil:
		m.below(path+".<priority>", m.resolve(properties.get("P1")))
	default:
		for key, p := range properties.entries() {
			m.row(path+"."+key, p, slices.ContainsFunc(n.get("required").list(), func(r node) bool { return r.text() == key }))
			for _, one := range m.forms(p) {
				m.below(path+"."+key, one)
			}
		}
	}
}

// entriesOf writes what is below the names of a mapping whose keys are chosen freely.
func (m *manual) entriesOf(path string, n node) {
	entry := n.get("additionalProperties")
	if entry.Node == nil || entry.Kind != yaml.MappingNode {
		return
	}
	name := "<id>"
	if strings.HasSuffix(n.get("propertyNames").get("$ref").text(), "/severity") {
		name = "<severity>"
	}
	if of := m.resolve(entry); of.get("properties").Node == nil {
		m.row(path+"."+name, entry, false)
		return
	}
	m.below(path+"."+name, m.resolve(entry))
}

// forms returns what a value may be: one form, or several.
func (m *manual) forms(n node) []node {
	n = m.resolve(n)
	if n.Node == nil {
		return nil
	}
	var all []node
	for _, one := range n.get("anyOf").list() {
		if m.resolve(one).get("required").Node == nil || m.resolve(one).get("properties").Node != nil {
			all = append(all, m.resolve(one))
		}
	}
	if len(all) == 0 {
		all = []node{n}
	}
	return all
}

func (m *manual) row(path string, n node, required bool) {
	meaning, otherwise, _ := strings.Cut(m.description(n), "Default: ")
	otherwise = strings.TrimSuffix(otherwise, ".")
	if required {
		otherwise = "*required*"
	}
	example := ""
	if shown := m.examples(n); len(shown) > 0 {
		example = "`" + strings.ReplaceAll(shown[0], "|", "\\|") + "`"
	}
	fmt.Fprintf(m, "| `%s` | %s | %s | %s | %s |\n", path, m.typeOf(n), otherwise, strings.TrimSpace(strings.ReplaceAll(meaning, "|", "\\|")), example)
}

func (m *manual) description(n node) string {
	if own := n.get("description").text(); own != "" || n.get("$ref").text() == "" {
		return own
	}
	return m.resolve(n).get("description").text()
}

// examples returns what may be written, as YAML on one line.
func (m *manual) examples(n node) []string {
	for _, of := range []node{n, m.resolve(n)} {
		var all []string
		for _, one := range append(of.get("examples").list(), of.get("enum").list()...) {
			all = append(all, inline(one))
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// inline writes a value as YAML on one line.
func inline(n node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		var all []string
		for _, one := range n.list() {
			all = append(all, inline(one))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case yaml.MappingNode:
		var all []string
		for key, value := range n.entries() {
			all = append(all, key+": "+inline(value))
		}
		return "{" + strings.Join(all, ", ") + "}"
	}
	if n.ShortTag() == "!!str" && strings.ContainsAny(n.Value, `"'#&!{}[],`) || strings.Contains(n.Value, ": ") {
		return "'" + strings.ReplaceAll(n.Value, "'", "''") + "'"
	}
	return n.Value
}

// typeNames are the words for definitions that are a single value.
var typeNames = map[string]string{
	"id": "id", "line": "text", "email": "e-mail address", "timezone": "time zone", "date": "date", "time": "time of day",
	"duration": "duration", "percent": "percentage", "priority": "priority", "severity": "severity", "grade": "word of the matrix",
	"target_word": "target", "window_in_words": "hours in words",
}

// typeOf names the type of a value: "duration", "list of ids", "whole number 1–100".
func (m *manual) typeOf(n node) string {
	if name := typeNames[strings.TrimPrefix(n.get("$ref").text(), "#/$defs/")]; name != "" {
		return name
	}
	n = m.resolve(n)
	if words := n.get("enum").list(); len(words) > 0 {
		var all []string
		for _, one := range words {
			all = append(all, "`"+one.text()+"`")
		}
		return strings.Join(all, ", ")
	}
	if forms := n.get("anyOf").list(); len(forms) > 0 && n.get("properties").Node == nil {
		var all []string
		for _, one := range forms {
			all = append(all, m.typeOf(one))
		}
		return strings.Join(all, " or ")
	}
	switch kind := n.get("type"); {
	case n.get("const").text() != "":
		return "`" + n.get("const").text() + "`"
	case n.get("properties").Node != nil, n.get("additionalProperties").Node != nil:
		return "mapping"
	case kind.text() == "array":
		return "list of " + plural(m.typeOf(n.get("items")))
	case kind.text() == "integer" && n.get("maximum").text() == "":
		return "whole number from " + n.get("minimum").text()
	case kind.text() == "integer":
		return "whole number " + n.get("minimum").text() + "–" + n.get("maximum").text()
	case kind.text() == "boolean":
		return "`true` or `false`"
	case strings.Contains(n.get("pattern").text(), "%"):
		return "percentage"
	}
	return "text"
}

// plural turns the name of a type into that of several such values.
func plural(name string) string {
	var all []string
	for one := range strings.SplitSeq(name, " or ") {
		first, rest, _ := strings.Cut(one, " ")
		switch {
		case strings.HasPrefix(one, "`"), strings.HasSuffix(first, "s"):
		case first == "list" || first == "word":
			one = first + "s " + rest
		case strings.HasSuffix(one, "y"):
			one = strings.TrimSuffix(one, "y") + "ies"
		default:
			one += "s"
		}
		all = append(all, one)
	}
	return strings.Join(all, " or ")
}

// values writes how the single values look.
func (m *manual) values() {
	m.WriteString("\n## Types\n\n| type | meaning | examples |\n|---|---|---|\n")
	for name, n := range m.defs.entries() {
		if typeNames[name] == "" {
			continue
		}
		fmt.Fprintf(m, "| %s | %s | `%s` |\n", typeNames[name], n.get("description").text(), strings.Join(m.examples(n), "`, `"))
	}
}
