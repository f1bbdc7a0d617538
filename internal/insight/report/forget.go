package report

import (
	"slices"
	"time"
)

// Forgotten says that a report needs incidents that were forgotten.
type Forgotten struct {
	// Since is when the oldest incident opened that is surely held.
	Since time.Time
}

func (f Forgotten) Error() string {
	return "incidents before " + f.Since.UTC().Format(time.RFC3339) + " are not held in memory"
}

// Oldest says when the oldest of the newest nine tenths of most incidents opened, where there are more
// than most; else it is zero.
func (c *Collector) Oldest(most int) time.Time {
	if len(c.order) <= most {
		return time.Time{}
	}
	return c.order[len(c.order)-most+most/10].Opened
}

// Forget lets go of incidents that opened before an instant; of those that are open then, or about
// which somebody was paged since, only when they all are meant. What still comes about them counts
// as unknown.
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

// overBefore says that nothing of it lies after an instant.
func (i *Incident) overBefore(at time.Time) bool {
	if i.Open() || !i.Resolved.Before(at) {
		return false
	}
	return !slices.ContainsFunc(i.Pages, func(p *Page) bool { return !p.At.Before(at) })
}
