package yamlfile

import (
	"iter"
	"slices"
	"strings"
)

// Nearest returns the known word that was probably meant; empty when none is close enough.
func Nearest(word string, known iter.Seq[string]) string {
	best, distance := "", len(word)/3+2
	if len(word) > 64 {
		return ""
	}
	for k := range known {
		if max(len(k)-len(word), len(word)-len(k)) >= distance {
			continue
		}
		// Among equals the first in the alphabet wins, so that the same file gets the same hint.
		if d := Edits(strings.ToLower(word), strings.ToLower(k)); d < distance || d == distance && best != "" && k < best {
			best, distance = k, d
		}
	}
	return best
}

// Edits counts the insertions, deletions and replacements between two words (Levenshtein).
func Edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// DidYouMean is a hint that names the nearest known word, or lists all when they are few; empty when
// neither helps.
func DidYouMean(word string, known []string) string {
	if near := Nearest(word, slices.Values(known)); near != "" {
		return "did you mean " + Quote(near) + "?"
	}
	if len(known) == 0 || len(known) > 12 {
		return ""
	}
	return OneOfHint(slices.Sorted(slices.Values(known))...)
}

// OneOfHint is a hint that lists what may be written.
func OneOfHint(known ...string) string {
	if len(known) == 1 {
		return "use " + known[0]
	}
	return "use one of " + strings.Join(known, ", ")
}
