package events

// ProblemCommand is a request by a person or a bot about one problem record. The envelope's service says
// where the problem is decided; its id makes it safe to repeat.
type ProblemCommand struct {
	Problem string `json:"problem,omitempty"` // "PRB-5f0c1a2b3c4d"; empty to open a new one
	By      string `json:"by,omitempty"`      // "person:ana", or any other name
	Via     string `json:"via,omitempty"`
	Note    string `json:"note,omitempty"` // free text: why
}

// AskProblem returns the command itself. Whatever embeds a ProblemCommand has this method.
func (c ProblemCommand) AskProblem() ProblemCommand { return c }

// ProblemCommandData is the data of any command about a problem.
type ProblemCommandData interface {
	Data
	// AskProblem returns the fields that all of them share.
	AskProblem() ProblemCommand
}

// KnownError is the workaround of a problem, and which incidents it applies to.
type KnownError struct {
	Workaround string     `json:"workaround"` // what helps until the cause is gone; 2000 bytes at most
	Match      KnownMatch `json:"match"`
}

// KnownMatch selects the incidents that a known error applies to: those of one of the services whose
// opening alert matches all other fields that are set. At least one other field must be set.
type KnownMatch struct {
	Services []string `json:"services"`
	Key      string   `json:"key,omitempty"`    // the dedup key
	Alert    string   `json:"alert,omitempty"`  // the value of the label alertname
	Labels   Labels   `json:"labels,omitempty"` // names with values, all of them
}

// ProblemRecord is the state of a problem after a fact.
type ProblemRecord struct {
	Problem string `json:"problem"`
	// Revision counts its facts; if two reach a partition out of order, the higher one wins.
	Revision int    `json:"revision"`
	Service  string `json:"service"` // where it is decided
	Title    string `json:"title"`
	Status   string `json:"status"`          // "open", "known-error" or "closed"
	Cause    string `json:"cause,omitempty"` // the root cause
	// Known is nil while the problem is not a known error.
	Known *KnownError `json:"known,omitempty"`
}

// The commands about problems (INTAKE). The outcome of each is a fact on LEDGER: the change, or a refusal.
type (
	// ProblemReceived asks to open a problem record at the envelope's service.
	ProblemReceived struct {
		ProblemCommand
		Title string `json:"title"`
		Cause string `json:"cause,omitempty"`
	}
	// ProblemLinkReceived asks to link an incident to a problem.
	ProblemLinkReceived struct {
		ProblemCommand
		Incident string `json:"incident"` // its id
	}
	// ProblemLinkWithdrawn asks to remove a link.
	ProblemLinkWithdrawn struct {
		ProblemCommand
		Incident string `json:"incident"`
	}
	// ProblemChangeReceived asks to change a record; empty fields stay unchanged.
	ProblemChangeReceived struct {
		ProblemCommand
		Title string `json:"title,omitempty"`
		Cause string `json:"cause,omitempty"`
		// Known makes it a known error, or replaces what was recorded.
		Known *KnownError `json:"known,omitempty"`
		// Unknown withdraws the known error, because the workaround does not help.
		Unknown bool `json:"unknown,omitempty"`
	}
	// ProblemClosureReceived asks to close a problem; its workaround is no longer shown.
	ProblemClosureReceived struct {
		ProblemCommand
		Resolution string `json:"resolution"` // what was done about the cause
	}
)

// ProblemOpened (LEDGER): a problem record was opened.
type ProblemOpened struct {
	ProblemRecord
	By string `json:"by,omitempty"`
}

// ProblemChanged (LEDGER, and from there INTAKE of every other partition): title, cause or known error
// changed.
type ProblemChanged struct {
	ProblemRecord
	By string `json:"by,omitempty"`
}

// ProblemClosed (LEDGER, and from there INTAKE of every other partition): its cause is dealt with.
type ProblemClosed struct {
	ProblemRecord
	Resolution string `json:"resolution"`
	By         string `json:"by,omitempty"`
}

// ProblemLinked (LEDGER): an incident was linked to the problem.
type ProblemLinked struct {
	Problem  string `json:"problem"`
	Revision int    `json:"revision"`
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`
}

// ProblemUnlinked (LEDGER): an incident was unlinked from the problem.
type ProblemUnlinked struct {
	Problem  string `json:"problem"`
	Revision int    `json:"revision"`
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`
}

// ProblemNoticed (LEDGER of every other partition): the partition knows the new state of the problem.
type ProblemNoticed struct{ ProblemRecord }

// IncidentMatched (LEDGER, EVENTS): a known error matches the incident; its pages show the workaround.
type IncidentMatched struct {
	Problem    string `json:"problem"`
	Title      string `json:"title"` // of the problem
	Workaround string `json:"workaround"`
	// By says which parts of the rule matched: "service checkout, alert CacheCold".
	By string `json:"by"`
	// Others are known errors that match less closely.
	Others []string `json:"others,omitempty"`
}

// PageKnown is the known error that a page shows.
type PageKnown struct {
	Problem    string `json:"problem"`
	Title      string `json:"title"`
	Workaround string `json:"workaround"`
}

func (ProblemReceived) Name() string        { return "problem.received" }
func (ProblemLinkReceived) Name() string    { return "problem.link_received" }
func (ProblemLinkWithdrawn) Name() string   { return "problem.link_withdrawn" }
func (ProblemChangeReceived) Name() string  { return "problem.change_received" }
func (ProblemClosureReceived) Name() string { return "problem.closure_received" }
func (ProblemOpened) Name() string          { return "problem.opened" }
func (ProblemChanged) Name() string         { return "problem.changed" }
func (ProblemClosed) Name() string          { return "problem.closed" }
func (ProblemLinked) Name() string          { return "problem.linked" }
func (ProblemUnlinked) Name() string        { return "problem.unlinked" }
func (ProblemNoticed) Name() string         { return "problem.noticed" }
func (IncidentMatched) Name() string        { return "incident.matched" }
