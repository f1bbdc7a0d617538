package report

import (
	"slices"
	"time"
)

// Forgotten means that a report needs incidents that are no longer in memory.
type Forgotten struct {
	// Since is when the oldest incident opened that is certainly in memory.
	Since time.Time
}

func (f Forgotten) Error() string {
	return "incidents before " + f.Since.UTC().Format(time.RFC3339) + " are not held in memory"
}

// Oldest returns when the oldest of the newest 0.9 × most incidents opened; zero if there are no more than
// most.
func (c *Collector) Oldest(most int) time.Time {
	if len(c.order) <= most {
		return time.Time{}
	}
	return c.order[len(c.order)-most+most/10].Opened
}

// Forget drops incidents that opened before an instant; those that are still open, or about which somebody
// was paged since, only if all is set. Later facts about them count as unknown.
func (c *Collector) Forget(before time.Time, all bool) {
	c.order = slices.DeleteFunc(c.order, func(i *Incident) bool {
		over := i.Opened.Before(before) && (all || i.overBefore(before))
		if over {
			delete(c.incidents, i.ID)
		}
		return over
	})
	c.Suggestions().Forget(before)
}

// overBefore reports whether nothing happened to it from an instant on.
func (i *Incident) overBefore(at time.Time) bool {
	if i.Open() || !i.Resolved.Before(at) {
		return false
	}
	return !slices.ContainsFunc(i.Pages, func(p *Page) bool { return !p.At.Before(at) })
}
