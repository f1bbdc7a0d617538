package problem

import (
	"strings"
	"unicode"
)

// The bounds of words: shorter ones say too little, longer ones are not words.
const (
	minWord = 2
	maxWord = 40
)

// common are words that say nothing about what an incident is about.
var common = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq("a an and are as at be but by for from had has have in into is it its no not of on or so that the then there this to was we were will with") {
		all[w] = true
	}
	return all
}()

// wordsOf cuts texts into the words that count: runs of letters and digits in lower case.
func wordsOf(texts []string) []string {
	var out []string
	for _, text := range texts {
		for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) >= minWord && len(w) <= maxWord && !common[w] {
				out = append(out, w)
			}
		}
	}
	return out
}
