package archive

import (
	"crypto/sha256"
	"encoding/base32"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Every archive searches by the same terms, made here, so that all find the same. A term is a word of a
// text, or a tag: a property with its value, such as a service or a label. Tags begin with "=", which no
// word does.

// MaxTerms is the most terms of one incident. Searches do not find an incident of hundreds of different
// alerts by more than these; lists without a search show it all the same.
const MaxTerms = 4096

// maxWord is the longest word in bytes; longer ones are cut.
const maxWord = 64

// The kinds of tags.
const (
	tagService  = "service"
	tagTeam     = "team"
	tagPriority = "priority"
	tagPerson   = "person"
	tagLabel    = "label"
	tagTasks    = "tasks"
)

// nothing is a term that no incident has.
var nothing = tag("nothing", "")

var alphabet = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// tag returns a property as a term of fixed size: 80 bits of a hash, enough to avoid collisions.
func tag(kind string, value ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.Join(value, "\x00")))
	return "=" + alphabet.EncodeToString(sum[:10])
}

func personTag(who string) string { return tag(tagPerson, strings.TrimPrefix(who, "person:")) }

// Words splits a text into words: runs of letters and digits in lower case, cut to 64 bytes. In scripts
// without spaces between words every character is a word.
func Words(text string) []string {
	var out []string
	var word []byte
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = word[:0]
		}
	}
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			end()
			out = append(out, string(r))
		case r == utf8.RuneError || !unicode.In(r, unicode.Letter, unicode.Digit, unicode.Mark):
			end()
		default:
			// Upper case first, so that letters with two lower cases are equal.
			if r = unicode.ToLower(unicode.ToUpper(r)); len(word)+utf8.RuneLen(r) <= maxWord {
				word = utf8.AppendRune(word, r)
			}
		}
	}
	end()
	return out
}

// Terms returns the terms that an incident must have, all of them, to match the query except for status and
// time. The status is not a term, since it changes too often to be indexed that way.
func (q Query) Terms() []string {
	set := newTerms()
	set.tag(tagService, q.Service)
	set.tag(tagTeam, q.Team)
	set.tag(tagPriority, q.Priority)
	set.person(q.Person)
	set.tag(tagTasks, q.Tasks)
	for name, value := range q.Labels {
		set.add(tag(tagLabel, name, value))
	}
	words := Words(q.Text)
	set.add(words...)
	if len(words) == 0 && q.Text != "" {
		set.add(nothing)
	}
	slices.Sort(set.all)
	return set.all
}

// TermsOf returns the terms that searches find an incident by; told are those from its facts. Tags are first:
// they are few and must not be cut off.
func TermsOf(in *Incident, told string) []string {
	set := newTerms()
	set.tag(tagService, in.Service)
	set.tag(tagTeam, in.Team)
	set.tag(tagPriority, in.Priority)
	set.person(in.Assignee)
	set.add(taskTags(in)...)
	set.add(Words(in.Title)...)
	set.add(Words(in.Service)...)
	set.add(strings.Fields(told)...)
	for _, a := range in.Alerts {
		for name, value := range a.Labels.Map() {
			set.add(tag(tagLabel, name, value))
			set.add(Words(value)...)
		}
		set.add(Words(a.Summary)...)
		set.add(Words(a.Description)...)
		if len(set.all) == MaxTerms {
			break
		}
	}
	slices.Sort(set.all)
	return set.all
}

// taskTags returns the tags for having follow-up tasks and for having open ones.
func taskTags(in *Incident) []string {
	switch {
	case len(in.Tasks) == 0:
		return nil
	case slices.ContainsFunc(in.Tasks, func(t timeline.Task) bool { return !t.Done }):
		return []string{tag(tagTasks, "any"), tag(tagTasks, "open")}
	}
	return []string{tag(tagTasks, "any")}
}

// MarkOf hashes what terms are made of, without making them: most facts change none. See [Row].
func MarkOf(in *Incident, told string) int64 {
	sum := fnv.New64a()
	add := func(all ...string) {
		for _, s := range all {
			io.WriteString(sum, s) //nolint:errcheck // a hash never fails
			sum.Write([]byte{0})   //nolint:errcheck // as above
		}
	}
	add(in.Service, in.Team, in.Priority, in.Assignee, in.Title, told)
	add(taskTags(in)...)
	for i := range in.Alerts {
		a := &in.Alerts[i]
		add(string(a.Labels), a.Summary, a.Description)
	}
	return int64(sum.Sum64())
}

// toldBy returns the terms of a fact that no document has: who was paged, who did something, and the words of
// notes.
func toldBy(f *Fact) []string {
	set := newTerms()
	if strings.HasPrefix(f.Actor, "person:") {
		set.person(f.Actor)
	}
	switch f.Type {
	case pageRequested, noted, acknowledged, resolved:
		_, raw, err := events.Split(f.Line)
		if err != nil {
			break // it is kept but cannot be searched
		}
		switch d, _ := events.DecodeData(f.Type, raw); d := d.(type) {
		case events.PageRequested:
			set.person(d.Target)
		case events.IncidentAcknowledged:
			set.person(d.By)
		case events.IncidentResolved:
			set.person(d.By)
		case events.IncidentAnnotated:
			set.person(d.By)
			set.add(Words(d.Note)...)
		}
	}
	return set.all
}

var (
	pageRequested = events.TypeOf(events.PageRequested{})
	noted         = events.TypeOf(events.IncidentAnnotated{})
	acknowledged  = events.TypeOf(events.IncidentAcknowledged{})
	resolved      = events.TypeOf(events.IncidentResolved{})
)

// termSet collects distinct terms up to [MaxTerms].
type termSet struct {
	all  []string
	seen map[string]bool
}

func newTerms() *termSet { return &termSet{seen: map[string]bool{}} }

func (s *termSet) add(all ...string) {
	for _, t := range all {
		if !s.seen[t] && len(s.all) < MaxTerms {
			s.seen[t] = true
			s.all = append(s.all, t)
		}
	}
}

func (s *termSet) tag(kind, value string) {
	if value != "" {
		s.add(tag(kind, value))
	}
}

func (s *termSet) person(who string) {
	if who != "" {
		s.add(personTag(who))
	}
}
