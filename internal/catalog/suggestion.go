package catalog

// Bounds and defaults of a suggestion that is followed. Below the lower bounds nothing is suggested
// either.
const (
	leastFollowed, mostFollowed   = 50, 99 // percent
	defaultFollowed               = 80
	leastIncidents, mostIncidents = 5, 20
)

// suggestions reads which suggestions of a policy are followed.
func (p *parser) suggestions(policy string, at item, levels int) {
	e := fields(at, "suggestions")["escalate"]
	if !e.Given() {
		return
	}
	f := fields(e, "followed")
	followed := &Followed{At: float64(defaultFollowed) / 100, Min: leastIncidents}
	if share := f["at"]; share.Given() {
		n := readPercent(share, mostFollowed, defaultFollowed)
		if n < leastFollowed {
			share.Fault("write it like 80%", "a suggestion that acts needs at least %d%%", leastFollowed)
		}
		followed.At = float64(n) / 100
	}
	if least := f["min"]; least.Given() {
		followed.Min = least.Number(leastIncidents, mostIncidents)
	}
	act := f["act"]
	if !act.Given() {
		e.Fault("add act: true, or leave suggestions: out", "escalate needs act:")
		return
	}
	if !act.Flag() {
		return
	}
	if levels < 2 {
		act.Fault("add a level", "there is no second level to escalate to")
		return
	}
	p.cat.Suggestions[policy] = Suggestions{Escalate: followed}
}
