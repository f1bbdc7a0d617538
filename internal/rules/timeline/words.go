package timeline

import (
	"fmt"
	"strings"
	"time"
)

// who names an actor: a person by the id, any other as it is, and an empty one by nobody.
func who(actor, nobody string) string {
	if actor == "" {
		return nobody
	}
	return strings.TrimPrefix(actor, "person:")
}

// by says what an actor did, or what happened if nobody in particular did it.
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

// clause joins lead and text; it is empty if text is.
func clause(lead, text string) string {
	if text == "" {
		return ""
	}
	return lead + text
}

// instant formats an instant in UTC: only the time of day if it is on the day of now.
func instant(now, at time.Time) string {
	now, at = now.UTC(), at.UTC()
	if now.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return at.Format("15:04:05Z")
	}
	return at.Format(time.RFC3339)
}

func until(now, end time.Time) string { return when(", until ", now, end) }

// when joins lead and an instant; it is empty if the instant is zero.
func when(lead string, now, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return lead + instant(now, at)
}

// span formats a duration without trailing zero units: "4h", "1h30m". Any other text stays as it is.
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

// nth says how often something was requested; empty for the first time.
func nth(asked int) string {
	if asked <= 1 {
		return ""
	}
	return ", " + ordinal(asked) + " request"
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

// short is the beginning of a hash, enough to tell revisions apart.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
