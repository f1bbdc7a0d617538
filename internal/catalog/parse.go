package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on a machine without a zone database

	"tocsin.dev/internal/catalog/condition"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/yamlfile"
)

// MaxSize bounds the bytes of all files of a catalog together.
const MaxSize = 16 << 20

// Parse reads all files of one catalog, by name, and checks them as a whole. It returns every fault at
// once, in reading order. The catalog is nil when any of them is more than a warning.
func Parse(files map[string][]byte) (*Catalog, []Fault) {
	p, faults := parse(files)
	if Refused(faults) {
		return nil, faults
	}
	p.keepPlaces()
	return p.cat, faults
}

// Check is [Parse] with the warnings of [Catalog.Coverage] between two instants added, all in reading
// order. Schedules without faults are checked even when the catalog is refused, unless a file cannot
// be read at all.
func Check(files map[string][]byte, from, to time.Time) (*Catalog, []Fault) {
	p, faults := parse(files)
	refused := Refused(faults)
	switch {
	case !refused:
		p.keepPlaces()
	case p.broken:
		return nil, faults
	default:
		p.dropFaulty()
	}
	out := yamlfile.Report{Faults: slices.Concat(faults, p.cat.Coverage(from, to))}
	if refused {
		return nil, out.Sorted()
	}
	return p.cat, out.Sorted()
}

// dropFaulty keeps only the schedules whose people are known.
func (p *parser) dropFaulty() {
	maps.DeleteFunc(p.cat.Rules.Schedules, func(id string, _ *oncall.Schedule) bool {
		return p.faulty[id] || p.cat.Imports[id] != nil
	})
}

// parse is what [Parse] and [Check] have in common.
func parse(files map[string][]byte) (*parser, []Fault) {
	p := newParser(files)
	whole := p.size(files)
	p.broken = !whole
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !whole {
			break
		}
		if strings.HasSuffix(name, CalendarFile) {
			continue // read once it is known which schedule it is for
		}
		root, ok := p.Load(name, files[name])
		if !ok {
			p.broken = true
			continue
		}
		p.file(root)
	}
	if whole {
		p.check()
	}
	return p, p.Sorted()
}

// Revision names the source: the SHA-256, in hex, of the names and contents of its files, sorted by
// name.
func Revision(files map[string][]byte) string {
	h := sha256.New()
	var length [8]byte
	put := func(b []byte) { // lengths keep "ab","c" apart from "a","bc"
		binary.BigEndian.PutUint64(length[:], uint64(len(b)))
		h.Write(length[:])
		h.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		put([]byte(name))
		put(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// parser is one run of [Parse]. The drafts keep places for the checks of the whole.
type parser struct {
	yamlfile.Report
	cat     *Catalog
	broken  bool // a file could not be read, so names may seem to be missing
	defined map[noun]map[string]item
	refs    []reference
	zones   map[string]*time.Location // by name; nil for an unknown one

	people     []*personDraft
	drafts     map[string]*personDraft // the same by id
	services   []*serviceDraft
	policies   []*policyDraft
	policyByID map[string]*policyDraft // the same by id
	teams      map[string]*teamDraft
	goals      map[string]goalDraft // the catalog's own, by priority
	routes     []item
	remotes    []remote
	imports    []*importDraft
	common     names // of everybody; made when the first calendar is imported
	teamDuties []teamDuty
	addresses  []item // e-mail addresses of people and chats
	emailAt    item   // the first `channels.email`
	matrixAt   item   // the first `priority_matrix`
	firstFile  item   // for faults of the whole

	layers        map[string][]Place  // the places of each schedule's layers
	usesOwner     bool                // some target is the owner of the incident's service
	conditions    *condition.Compiler // of levels and triggers; nil before the first
	alwaysCovered map[string]bool     // by id: schedules that always have somebody
	faulty        map[string]bool     // by id: schedules with a fault of their own
}

func newParser(files map[string][]byte) *parser {
	return &parser{
		cat: &Catalog{
			Rules: &rules.Catalog{
				Revision: Revision(files), Services: map[string]*rules.Service{}, Teams: map[string]*rules.Team{},
				People: map[string]*rules.Person{}, Policies: map[string]*escalation.Policy{},
				Schedules: map[string]*oncall.Schedule{}, Priorities: defaultPriorities(),
				Calendars: map[string]*clock.Calendar{}, Goals: map[string]rules.Goal{},
			},
			Files: maps.Clone(files), People: map[string]*Person{}, Intake: map[string]IntakeKey{}, DependsOn: map[string][]string{},
			Chats: map[string]*Chat{}, Webhooks: map[string]*Webhook{}, Imports: map[string]*Import{},
			Suggestions: map[string]Suggestions{},
			schedules:   map[string]Fault{},
		},
		defined:       map[noun]map[string]item{},
		zones:         map[string]*time.Location{},
		drafts:        map[string]*personDraft{},
		policyByID:    map[string]*policyDraft{},
		teams:         map[string]*teamDraft{},
		goals:         map[string]goalDraft{},
		layers:        map[string][]Place{},
		alwaysCovered: map[string]bool{},
		faulty:        map[string]bool{},
	}
}

func (p *parser) size(files map[string][]byte) bool {
	total := 0
	for _, source := range files {
		total += len(source)
	}
	if total > MaxSize {
		p.Add(Fault{Message: "the catalog is larger than 16 MiB"})
		return false
	}
	return true
}

// file reads the sections of one file.
func (p *parser) file(root item) {
	if !root.Given() {
		return
	}
	if !p.firstFile.Present() {
		p.firstFile = root
	}
	p.broken = p.broken || !root.IsMapping()
	f := fields(root, "catalog")
	p.each(f["people"], person, p.person)
	p.each(f["teams"], team, p.team)
	p.each(f["schedules"], schedule, p.schedule)
	p.each(f["services"], service, p.service)
	p.each(f["policies"], policy, p.policy)
	p.each(f["priorities"], severity, p.priority)
	p.matrix(f["priority_matrix"])
	p.each(f["targets"], goal, p.goal)
	p.each(f["calendars"], calendar, p.calendar)
	p.each(f["chats"], chat, p.chat)
	p.each(f["webhooks"], webhook, p.webhookTarget)
	p.routes = append(p.routes, f["routes"].List()...)
	p.each(fields(f["intake"], "intake")["keys"], intakeKey, p.intake)
	p.egress(f["egress"])
	p.channels(f["channels"])
}

// each reads the entries of a section. No two entries of a kind may have the same id.
func (p *parser) each(section item, kind noun, read func(id string, key, body item)) {
	for _, entry := range section.Pairs() {
		id := entry.Name
		if p.define(kind, id, entry.Key) {
			read(id, entry.Key, entry.Value)
		}
	}
}

// define notes that something exists. It returns false for a second one with the same id.
func (p *parser) define(kind noun, id string, key item) bool {
	if kind.isID() {
		shown := quote(id)
		if kind == intakeKey {
			shown = "this" // the name may be a misplaced secret
		}
		checkID(key, id, shown)
	}
	if p.defined[kind] == nil {
		p.defined[kind] = map[string]item{}
	}
	if first, twice := p.defined[kind][id]; twice {
		key.Fault("remove one of them", "%s %s is given twice, first at %s", kind, quote(id), first.Place())
		return false
	}
	p.defined[kind][id] = key
	return true
}
