package ical

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"
)

// zoneHorizon is how far the rules of a VTIMEZONE are followed: to the end of 2099. After that its last
// offset stays.
var zoneHorizon = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// change is a change of the clocks.
type change struct {
	at     int64 // seconds from 1970-01-01 UTC
	from   int64 // offset before, in seconds east of UTC
	offset int64 // offset after
	summer bool
}

// build makes a zone of the changes that a VTIMEZONE lists; nil where none can be read.
func (z *zones) build(name string, c *component) *time.Location {
	var changes []change
	for _, part := range c.parts {
		changes = append(changes, z.changes(part)...)
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		if a.at < b.at {
			return -1
		}
		return 1
	})
	changes = slices.CompactFunc(changes, func(a, b change) bool { return a.at == b.at })
	if fixed(changes) {
		return time.FixedZone(name, int(changes[0].offset))
	}
	zone, err := time.LoadLocationFromTZData(name, zoneFile(changes))
	if err != nil {
		return nil
	}
	return zone
}

func fixed(changes []change) bool {
	return !slices.ContainsFunc(changes, func(c change) bool {
		return c.offset != changes[0].offset || c.from != changes[0].offset
	})
}

// changes returns those of one STANDARD or DAYLIGHT part; none where it cannot be read.
func (z *zones) changes(part *component) []change {
	from, err := parseOffset(part.first("TZOFFSETFROM"))
	offset, err2 := parseOffset(part.first("TZOFFSETTO"))
	start, err3 := parseMoment(part.first("DTSTART"), nil)
	if err != nil || err2 != nil || err3 != nil {
		return nil
	}
	walls := []int64{start.wall}
	for _, l := range part.lines {
		switch l.name {
		case "RDATE":
			for text := range strings.SplitSeq(l.value, ",") {
				if m, err := parseMoment(text, nil); err == nil {
					walls = append(walls, m.wall)
				}
			}
		case "RRULE":
			walls = append(walls, z.ruled(l.value, start.wall, from)...)
		}
	}
	all := make([]change, len(walls))
	for i, wall := range walls {
		all[i] = change{at: wall - from, from: from, offset: offset, summer: part.name == "DAYLIGHT"}
	}
	return all
}

// ruled expands a rule of a VTIMEZONE, whose wall clock is the one before the change.
func (z *zones) ruled(text string, start, from int64) []int64 {
	r, err := parseRule(text)
	if err != nil {
		return nil
	}
	to := zoneHorizon
	if r.until != nil {
		until := r.until.wall
		if r.until.zone != nil {
			until += from
		}
		to = min(to, until+1)
	}
	var walls []int64
	z.work.rule = maxSteps
	x := expansion{rule: r, start: start, from: start, to: to, work: &z.work, yield: func(wall int64) bool {
		walls = append(walls, wall)
		return len(walls) < 1000
	}}
	x.run()
	return walls
}

// parseOffset reads +0100, -0330 or -075258, less than a day.
func parseOffset(text string) (int64, error) {
	if len(text) != 5 && len(text) != 7 {
		return 0, errForm
	}
	digits, err := strconv.ParseUint(text[1:]+strings.Repeat("0", 7-len(text)), 10, 32)
	hours, minutes, seconds := digits/10000, digits/100%100, digits%100
	if err != nil || hours > 23 || minutes > 59 || seconds > 59 {
		return 0, errForm
	}
	offset := int64(hours*secondsPerHour + minutes*60 + seconds)
	switch text[0] {
	case '+':
		return offset, nil
	case '-':
		return -offset, nil
	}
	return 0, errForm
}

// zoneFile encodes changes as a zone file (RFC 8536, version 2), the only form in which the library
// accepts a zone. The first type is the offset before all changes.
func zoneFile(changes []change) []byte {
	types := []change{{offset: changes[0].from}}
	var at, index []byte
	for _, c := range changes {
		kind := 1 + slices.IndexFunc(types[1:], func(t change) bool { return t.offset == c.offset && t.summer == c.summer })
		if kind == 0 {
			if len(types) == 256 {
				return nil // no real zone has so many offsets
			}
			kind = len(types)
			types = append(types, change{offset: c.offset, summer: c.summer})
		}
		at = binary.BigEndian.AppendUint64(at, uint64(c.at))
		index = append(index, byte(kind))
	}
	var kinds []byte
	names, places := []byte{}, map[string]int{}
	for _, t := range types {
		name := offsetName(t.offset)
		if _, ok := places[name]; !ok {
			places[name] = len(names)
			names = append(append(names, name...), 0)
		}
		kinds = binary.BigEndian.AppendUint32(kinds, uint32(int32(t.offset)))
		kinds = append(kinds, boolByte(t.summer), byte(places[name]))
	}
	file := zoneHeader(0, 0, 0)
	file = append(file, zoneHeader(len(changes), len(types), len(names))...)
	return slices.Concat(file, at, index, kinds, names)
}

// zoneHeader counts changes, types and bytes of names; a file without any is its version-1 half.
func zoneHeader(changes, types, names int) []byte {
	header := append([]byte("TZif2"), make([]byte, 15)...)
	for _, count := range []int{0, 0, 0, changes, types, names} {
		header = binary.BigEndian.AppendUint32(header, uint32(count))
	}
	return header
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// offsetName is the abbreviation of an offset in hours, as the zone database has it where there is
// no other: "+03", "-0330". Their places must fit a byte, so names from the calendar are not kept.
func offsetName(offset int64) string {
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	name := string(sign) + twoDigits(offset/secondsPerHour)
	if minutes := offset / 60 % 60; minutes != 0 {
		name += twoDigits(minutes)
	}
	return name
}

func twoDigits(n int64) string { return strconv.Itoa(int(n/10)) + strconv.Itoa(int(n%10)) }
