package suggest

// The kinds of suggestions.
const (
	Escalate = "escalate" // incidents like it were escalated: page the next level now
	Priority = "priority" // people gave incidents like it another priority
	Team     = "team"     // another team resolved incidents like it
	Spike    = "spike"    // there are more alerts of the service than usual
)

// Kinds are all of them, in the order in which they are shown.
var Kinds = []string{Escalate, Priority, Team, Spike}

// Suggestion is one thing to consider, and why.
type Suggestion struct {
	Kind string `json:"kind"` // one of [Kinds]
	// Says is the suggestion in one sentence. Names in it come from facts and may hold anything.
	Says   string `json:"says"`
	Action Action `json:"action"`
	// Probability is the estimate: (hits + 1) ÷ (of + 2). 0 for a spike, which is not a proportion.
	Probability float64 `json:"probability,omitempty"`
	// AtLeast is the share that the cases speak for nine times of ten, by which it is judged. 0 for a spike.
	AtLeast  float64  `json:"at_least,omitempty"`
	Evidence Evidence `json:"evidence"`
}

// Action is what is suggested; exactly one field is set, and none for a spike.
type Action struct {
	Level    int    `json:"level,omitempty"`    // to page now, from 1
	Priority string `json:"priority,omitempty"` // P1 to P5
	Team     string `json:"team,omitempty"`     // to hand over to
}

// Evidence is what a suggestion rests on.
type Evidence struct {
	// Of is how many incidents like it were counted, Hits in how many of them it was so. Of a spike:
	// the alerts of this hour so far, twice.
	Of   int `json:"of"`
	Hits int `json:"hits"`
	// Incidents are the ids of those in which it was so, the newest first.
	Incidents []string `json:"incidents"`
	// Basis says which incidents are like it, see [Basis].
	Basis string `json:"basis"`
	// Among names what they have in common: the dedup key, the alert's name, the priority, the hour.
	Among string `json:"among"`
	// Usual and Limit are of a spike alone: how many alerts are usual in this hour of the week, and up
	// to how many would be no spike.
	Usual float64 `json:"usual,omitempty"`
	Limit float64 `json:"limit,omitempty"`
}

// What makes incidents of one service alike, from the narrowest on. The first of which there are
// enough counts. A spike compares hours.
const (
	SameKey      = "same dedup key"
	SameName     = "same alert name"
	SamePriority = "same priority"
	SameHour     = "same hour of the week"
)

// Options of suggestions.
type Options struct {
	// At is the least [Suggestion.AtLeast] of a suggestion. Defaults to 0.5: more often than not.
	At float64
	// Min is the fewest incidents to count. Defaults to 5.
	Min int
	// Last is the most incidents to count, the newest. Defaults to 20.
	Last int
}

// Defaults of [Options].
const (
	DefaultAt   = 0.5
	DefaultMin  = 5
	DefaultLast = 20
)

// WithDefaults fills what was left empty.
func (o Options) WithDefaults() Options {
	if o.At == 0 {
		o.At = DefaultAt
	}
	if o.Min == 0 {
		o.Min = DefaultMin
	}
	if o.Last == 0 {
		o.Last = DefaultLast
	}
	return o
}
