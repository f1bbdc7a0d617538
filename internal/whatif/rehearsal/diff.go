package rehearsal

import (
	"slices"
	"strings"
	"time"
)

// DiffLine is one line of the comparison of what was expected with what happened.
type DiffLine struct {
	// Op is ' ' for what was expected and happened, '-' for what was only expected, '+' for what only happened.
	Op   byte
	Text string
}

// String returns the line as it is shown.
func (d DiffLine) String() string { return string(d.Op) + " " + d.Text }

// entries is one list of a diff: its length and the text of each entry.
type entries struct {
	count int
	text  func(int) string
}

// maxTable bounds the work of finding the longest common subsequence.
const maxTable = 4_000_000

// diff compares an expected list with what happened so that as much as possible matches. bad is the index
// of the first expected entry that did not happen, or -1.
func diff(want, got entries, match func(want, got int) bool) (out []DiffLine, bad int) {
	bad = -1
	head := 0
	for head < want.count && head < got.count && match(head, head) {
		out = append(out, DiffLine{' ', got.text(head)})
		head++
	}
	w, g := head, head
	longest := common(want.count, got.count, head, match)
	for w < want.count || g < got.count {
		switch {
		case w < want.count && g < got.count && match(w, g) && longest != nil && longest(w, g) == longest(w+1, g+1)+1:
			out = append(out, DiffLine{' ', got.text(g)})
			w, g = w+1, g+1
		case w < want.count && (g == got.count || longest == nil || longest(w+1, g) >= longest(w, g+1)):
			if bad < 0 {
				bad = w
			}
			out = append(out, DiffLine{'-', want.text(w)})
			w++
		default:
			out = append(out, DiffLine{'+', got.text(g)})
			g++
		}
	}
	return out, bad
}

// common returns a function for the length of the longest common subsequence from a pair of indices on;
// nil when that is too much work.
func common(want, got, head int, match func(want, got int) bool) func(w, g int) int {
	rows, columns := want-head+1, got-head+1
	if rows*columns > maxTable {
		return nil
	}
	table := make([]int32, rows*columns)
	for w := rows - 2; w >= 0; w-- {
		for g := columns - 2; g >= 0; g-- {
			best := max(table[(w+1)*columns+g], table[w*columns+g+1])
			if match(w+head, g+head) {
				best = max(best, table[(w+1)*columns+g+1]+1)
			}
			table[w*columns+g] = best
		}
	}
	return func(w, g int) int { return int(table[(w-head)*columns+g-head]) }
}

func changed(lines []DiffLine) bool {
	return slices.ContainsFunc(lines, func(l DiffLine) bool { return l.Op != ' ' })
}

// Brief writes a duration without trailing zeros: 5m, 1h30m, 0s.
func Brief(d time.Duration) string {
	s := d.String()
	if whole, ok := strings.CutSuffix(s, "m0s"); ok {
		s = whole + "m"
	}
	if whole, ok := strings.CutSuffix(s, "h0m"); ok {
		s = whole + "h"
	}
	return s
}
