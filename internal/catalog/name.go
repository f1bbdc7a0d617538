package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"tocsin.dev/internal/ical"
)

// names maps the words by which a calendar may call people to their ids. Words are in lower case, with
// one space between them.
type names struct {
	// own are further names for one calendar, common the names for all calendars.
	own, common map[string]string
	most        int // words in the longest name
}

func (n names) id(words string) string { return cmp.Or(n.own[words], n.common[words]) }

// of returns the people whom an event is about, each once: those whom its title names, in that order,
// else those of its attendees who are known.
func (n names) of(s ical.Shift) []string {
	people := n.within(s.Summary)
	if len(people) > 0 {
		return people
	}
	for _, address := range s.Attendees {
		people = with(people, n.id(strings.ToLower(address)))
	}
	return people
}

// within finds names in a text, as whole words. Of several that begin with the same word, the longest
// counts.
func (n names) within(text string) []string {
	var people []string
	words := wordsOf(text)
	for len(words) > 0 {
		taken := 1
		for length := min(n.most, len(words)); length > 0; length-- {
			if id := n.id(strings.Join(words[:length], " ")); id != "" {
				people, taken = with(people, id), length
				break
			}
		}
		words = words[taken:]
	}
	return people
}

// with adds an id that is not empty and not in the list yet.
func with(people []string, id string) []string {
	if id == "" || slices.Contains(people, id) {
		return people
	}
	return append(people, id)
}

// wordsOf cuts a text into words in lower case. The characters that ids and e-mail addresses may
// contain do not divide words: ana-b is not ana.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("-_.@'’+", r)
	})
	var all []string
	for _, word := range words {
		if word = strings.Trim(word, "-.'’+"); word != "" {
			all = append(all, word)
		}
	}
	return all
}

// namesOf returns what a calendar may call people: its own further names, and before those the names
// that everybody has.
func (p *parser) namesOf(aliases []alias) names {
	if p.common.common == nil {
		p.common = commonNames(p.people)
	}
	n := names{own: map[string]string{}, common: p.common.common, most: p.common.most}
	for _, a := range aliases {
		words := wordsOf(a.text)
		name := strings.Join(words, " ")
		switch first := n.own[name]; {
		case name == "":
			a.at.Fault("write the name that the calendar uses", "a name without a letter or digit")
		case first != "" && first != a.person:
			a.at.Fault("remove it from one of the two", "%s is a name of %s already", quote(a.text), first)
		default:
			n.own[name], n.most = a.person, max(n.most, len(words))
		}
	}
	return n
}

// commonNames returns ids, e-mail addresses and names, in this order of precedence. A name that two
// people share refers to neither.
func commonNames(people []*personDraft) names {
	n := names{common: map[string]string{}}
	for _, of := range []func(*Person) []string{
		func(one *Person) []string { return []string{one.ID} },
		mailsOf,
		func(one *Person) []string { return []string{one.Name} },
	} {
		rank := map[string]string{}
		for _, d := range people {
			for _, text := range of(d.Person) {
				words := wordsOf(text)
				name := strings.Join(words, " ")
				if first, taken := rank[name]; taken && first != d.ID {
					rank[name] = "" // of two people
					continue
				}
				rank[name], n.most = d.ID, max(n.most, len(words))
			}
		}
		for name, id := range rank {
			if n.common[name] == "" {
				n.common[name] = id
			}
		}
	}
	return n
}

func mailsOf(p *Person) []string {
	var all []string
	for _, c := range p.Contacts {
		if c.Email != "" {
			all = append(all, c.Email)
		}
	}
	return all
}
