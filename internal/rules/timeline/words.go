package timeline

import (
	"fmt"
	"strings"
	"time"
)

// who gives a person's id as a name and every other actor as it is; nobody stands for an empty one.
func who(actor, nobody string) string {
	if actor == "" {
		return nobody
	}
	return strings.TrimPrefix(actor, "person:")
}

// by says what somebody did, or what happened when nobody in particular did it.
func by(actor, did, happened string) string {
	if actor == "" {
		return happened
	}
	return who(actor, "") + " " + did
}

// names lists people; see [who].
func names(actors []string) string {
	all := make([]string, len(actors))
	for n, actor := range actors {
		all[n] = who(actor, "somebody")
	}
	return strings.Join(all, ", ")
}

// clause joins lead and text, or is empty when there is no text.
func clause(lead, text string) string {
	if text == "" {
		return ""
	}
	return lead + text
}

// instant writes an instant in UTC: the time of day on the day of now, else the date too.
func instant(now, at time.Time) string {
	now, at = now.UTC(), at.UTC()
	if now.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return at.Format("15:04:05Z")
	}
	return at.Format(time.RFC3339)
}

func next(now, due time.Time) string {
	if due.IsZero() {
		return ", no further step"
	}
	return ", next step at " + instant(now, due)
}

func until(now, end time.Time) string { return when(", until ", now, end) }

// when joins lead and an instant, or is empty when there is none.
func when(lead string, now, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return lead + instant(now, at)
}

// span writes a duration without units at its end that are zero: "4h", "1h30m". What is none stays
// as it is.
func span(word string) string {
	if _, err := time.ParseDuration(word); err != nil {
		return word
	}
	if strings.HasSuffix(word, "m0s") {
		word = strings.TrimSuffix(word, "0s")
	}
	if strings.HasSuffix(word, "h0m") {
		word = strings.TrimSuffix(word, "0m")
	}
	return word
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// short keeps the beginning of a hash, enough to tell revisions apart.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
