package catalog

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin.dev/internal/ical"
	"tocsin.dev/internal/rules/oncall"
)

// How often an imported calendar is read.
const (
	DefaultRefresh = 15 * time.Minute
	minRefresh     = time.Minute
)

// CalendarFile is the suffix of files that are calendars; all others are YAML.
const CalendarFile = ".ics"

// Import is the calendar that a schedule has instead of layers.
type Import struct {
	Schedule string
	// URL is where to read it. Where the URL itself is secret, Secret refers to it instead. Both are
	// zero where the calendar is a file of the catalog.
	URL    string
	Secret Secret
	// File is the name of the catalog's file; empty for a URL.
	File string
	// Refresh is the interval between reads of the URL. Defaults to [DefaultRefresh].
	Refresh time.Duration

	calendar ical.Calendar // of File
	names    names
}

// importDraft keeps the places of an import's parts until all files are read.
type importDraft struct {
	*Import
	file    item
	aliases []alias
}

// alias is a further name by which a calendar calls a person.
type alias struct {
	person, text string
	at           item
}

// imported reads where a schedule's calendar is, and gives the schedule an empty roster: nobody is on
// call until the calendar has been read.
func (p *parser) imported(s *oncall.Schedule, at item) {
	f := fields(at, "ical")
	d := &importDraft{Import: &Import{Schedule: s.ID, Refresh: DefaultRefresh}, file: f["file"]}
	s.Imported = &oncall.Roster{}
	switch {
	case f["url"].Given() && f["file"].Given():
		f["file"].Fault("keep one of the two", "a calendar with both url and file")
		d.File = f["file"].Text()
	case f["url"].Given():
		p.importURL(d, f["url"])
	case f["file"].Given():
		d.File = f["file"].Text()
		if f["refresh"].Given() {
			f["refresh"].Warn("leave it out", "refresh has no effect: the file is read with the catalog")
		}
	default:
		at.Fault(`add url: "https://…", or file: NAME.ics`, "a calendar needs url: or file:")
	}
	if r := f["refresh"]; r.Given() {
		d.Refresh = r.Duration(0, DefaultRefresh)
		if d.Refresh < minRefresh {
			r.Fault("", "refresh must be at least 1m")
		}
	}
	for _, one := range f["names"].Pairs() {
		id := p.refer(person, one.Key)
		for _, text := range one.Value.List() {
			if s := text.Text(); s != "" {
				d.aliases = append(d.aliases, alias{id, s, text})
			}
		}
	}
	p.imports = append(p.imports, d)
	p.cat.Imports[s.ID] = d.Import
}

// importURL reads a URL, or a reference to one. No fault repeats it: it may be a secret.
func (p *parser) importURL(d *importDraft, at item) {
	if at.IsMapping() {
		d.Secret = readSecret(at)
		return
	}
	d.URL = at.Text()
	switch u, err := url.Parse(d.URL); {
	case d.URL == "": // a fault already
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		at.Fault("write it like https://calendar.example.com/oncall.ics; webcal:// is https://", "this is not the address of a calendar")
	case u.User != nil:
		at.Fault("keep the whole address in url: {env: NAME}", "the address of a calendar must not carry a user or password")
	default:
		p.remotes = append(p.remotes, remote{at: at, host: u.Hostname(), what: "calendar"})
	}
}

// readImports reads the calendars that are files, and collects the names that calendars may use.
func (p *parser) readImports() {
	used := map[string]bool{}
	for _, d := range p.imports {
		d.names = p.namesOf(d.aliases)
		if d.File == "" {
			continue
		}
		used[d.File] = true
		source, there := p.cat.Files[d.File]
		switch {
		case !strings.HasSuffix(d.File, CalendarFile):
			d.file.Fault("rename the file", "the name of a calendar's file ends in %s", CalendarFile)
		case !there:
			d.file.Fault("put it into the folder of the catalog's YAML files", "there is no file %s", quote(d.File))
		default:
			p.readCalendar(d, source)
		}
	}
	for name := range p.cat.Files {
		if strings.HasSuffix(name, CalendarFile) && !used[name] {
			p.Add(Fault{File: name, Message: "no schedule imports this calendar", Hint: "add ical: {file: " + name + "} to one", Warning: true})
		}
	}
}

func (p *parser) readCalendar(d *importDraft, source []byte) {
	if !utf8.Valid(source) { // it travels as text
		p.Add(Fault{File: d.File, Message: "this is not UTF-8", Hint: "save the calendar as UTF-8"})
		return
	}
	calendar, faults := ical.Parse(source, ical.Limits{})
	d.calendar = calendar
	for _, f := range faults {
		p.Add(Fault{File: d.File, Line: f.Line, Column: min(f.Line, 1), Message: f.Message, Warning: !f.Whole})
	}
}
