package ical

import (
	"fmt"
	"strings"
	"time"
)

// zones finds the zones that a calendar names.
type zones struct {
	defined map[string]*component // the VTIMEZONEs, by TZID
	found   map[string]*time.Location
	work    work // what may be spent on rules of VTIMEZONEs
	lookups int  // how many names may still be looked up
}

// maxLookups bounds how often one calendar may cause a search of the zone database, and maxZoneName the
// length of a name that is looked up: the longest in use has about 100 letters.
const (
	maxLookups  = 2000
	maxZoneName = 200
)

func newZones(components []*component) *zones {
	z := &zones{
		defined: map[string]*component{},
		found:   map[string]*time.Location{},
		work:    work{rule: maxSteps, all: maxAllSteps},
		lookups: maxLookups,
	}
	for _, c := range components {
		z.defined[c.first("TZID")] = c
	}
	return z
}

// of returns the zone of a line's times; nil for times without a zone.
func (z *zones) of(l line) (*time.Location, error) {
	name := l.param("TZID")
	if name == "" {
		return nil, nil
	}
	zone, known := z.found[name]
	if !known {
		zone = z.resolve(name)
		z.found[name] = zone
	}
	if zone == nil {
		return nil, fmt.Errorf("the zone %s is not known", quoted(name))
	}
	return zone, nil
}

// resolve tries the most reliable source first: the name itself, then the location that its VTIMEZONE
// names, then known names of other systems, and last the offsets that the VTIMEZONE lists. Those come
// last because many calendars list only the years around their making.
func (z *zones) resolve(name string) *time.Location {
	defined := z.defined[name]
	if zone := z.database(name); zone != nil {
		return zone
	}
	if defined != nil {
		if zone := z.database(defined.first("X-LIC-LOCATION", "TZID-ALIAS-OF")); zone != nil {
			return zone
		}
	}
	if zone := z.database(windowsZones[strings.ToLower(name)]); zone != nil {
		return zone
	}
	if zone := z.ending(name); zone != nil {
		return zone
	}
	if defined != nil {
		return z.build(name, defined)
	}
	return nil
}

// database looks up a name in the zone database; nil where it is unknown. Zones begin with a capital
// letter. Go also accepts "Local" and "localtime", which differ between machines; the zones of "right/…"
// count leap seconds.
func (z *zones) database(name string) *time.Location {
	if name == "" || name == "Local" || name[0] < 'A' || name[0] > 'Z' || len(name) > maxZoneName || z.lookups <= 0 {
		return nil
	}
	z.lookups--
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// ending looks for a zone at the end of a longer name, such as
// /freeassociation.sourceforge.net/Europe/Berlin or custom_Europe/Berlin; the longest end counts.
// An end without a slash, such as GMT, counts only in a path.
func (z *zones) ending(name string) *time.Location {
	for i := range min(len(name), maxZoneName) {
		if !strings.ContainsRune("/_ :", rune(name[i])) {
			continue
		}
		end := name[i+1:]
		if !strings.Contains(end, "/") && name[0] != '/' {
			continue
		}
		if zone := z.database(end); zone != nil {
			return zone
		}
	}
	return nil
}
