package suggest

import (
	"fmt"
	"strconv"
	"time"
)

// says writes a suggestion about outcomes.
func says(kind string, of int, answer string, c *count) string {
	these := fmt.Sprintf("%d of the last %d of these", c.hits, of)
	switch {
	case kind == Priority:
		return fmt.Sprintf("%s ended as %s by hand: make it %s", these, answer, answer)
	case kind == Team:
		return fmt.Sprintf("%s were resolved by %s: hand over to %s", these, answer, answer)
	case c.low >= nextLevel && c.top > c.low:
		return fmt.Sprintf("%s went to level %d or above: page level %d now", these, c.low, nextLevel)
	case c.low >= nextLevel:
		return fmt.Sprintf("%s went to level %d: page level %d now", these, c.low, nextLevel)
	}
	return fmt.Sprintf("%s were escalated: page level %d now", these, nextLevel)
}

// hourName names an hour of the week, in UTC.
func hourName(at time.Time) string { return at.UTC().Format("Mon 15:00") + " UTC" }

// spiked writes a spike.
func spiked(n int, usual, limit float64, hour string) string {
	return fmt.Sprintf("%d alerts of this service since %s, more than the usual %s: up to %s would be no spike", n, hour, digits(usual), digits(limit))
}

func digits(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
