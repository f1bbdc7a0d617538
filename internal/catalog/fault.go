package catalog

import (
	"tocsin.dev/internal/yamlfile"
	"tocsin.dev/pkg/events"
)

// Fault is one thing wrong with the catalog, and where.
type Fault = yamlfile.Fault

// Refused reports whether any of the faults is more than a warning, in which case there is no catalog.
func Refused(faults []Fault) bool { return yamlfile.Refused(faults) }

// item is one value of a file.
type item = yamlfile.Value

// fields returns the values of a mapping; keys that its shape does not have are faults.
func fields(i item, shape string) map[string]item { return i.Fields(shapes[shape]...) }

// mapping is fields for a value that must be a mapping; it returns false where it is not.
func mapping(i item, shape string) (map[string]item, bool) {
	if !i.Given() {
		i.Wrong("a mapping")
		return nil, false
	}
	return fields(i, shape), i.IsMapping()
}

// checkID reports whether a text may be an id; where it may not, that is a fault that shows it so.
func checkID(i item, id, shown string) bool {
	if events.CheckID(id) != nil {
		i.Fault("", "%s is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit", shown)
		return false
	}
	return true
}

func quote(s string) string { return yamlfile.Quote(s) }
