package catalog

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// nearest finds the known word that was probably meant; empty when none is close enough.
func nearest(word string, known iter.Seq[string]) string {
	best, distance := "", len(word)/3+2
	if len(word) > 64 {
		return ""
	}
	for k := range known {
		if abs(len(k)-len(word)) >= distance {
			continue
		}
		// Among equals the first in the alphabet wins, so that the same file gives the same hint.
		if d := edits(strings.ToLower(word), strings.ToLower(k)); d < distance || d == distance && best != "" && k < best {
			best, distance = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements between two words (Levenshtein).
func edits(a, b string) int {
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

func abs(n int) int { return max(n, -n) }

// didYouMean makes a hint of the nearest known word, or lists them all when they are few.
func didYouMean(word string, known []string) string {
	if near := nearest(word, slices.Values(known)); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	if len(known) == 0 || len(known) > 12 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(known))
	return "known here: " + strings.Join(sorted, ", ")
}

// PersonLike finds the person who was probably meant by an id that nobody has; empty when none is
// close enough.
func (c *Catalog) PersonLike(id string) string { return nearest(id, maps.Keys(c.People)) }
