package events

// ProblemCommand is what a person or a bot asks of one problem record. The envelope's service says
// where the problem is decided; its id makes it safe to repeat.
type ProblemCommand struct {
	Problem string `json:"problem,omitempty"` // "PRB-5f0c1a2b3c4d"; empty for one that is to be opened
	By      string `json:"by,omitempty"`      // "person:ana", or any name the asker gives
	Via     string `json:"via,omitempty"`
	Note    string `json:"note,omitempty"` // free text: why
}

// AskProblem gives the command itself. Whatever embeds a ProblemCommand has this method.
func (c ProblemCommand) AskProblem() ProblemCommand { return c }

// ProblemCommandData is the data of a command about a problem, whichever of them it is.
type ProblemCommandData interface {
	Data
	// AskProblem gives what all of them have in common.
	AskProblem() ProblemCommand
}

// KnownError is a problem whose workaround is known, and which incidents it concerns.
type KnownError struct {
	Workaround string     `json:"workaround"` // what helps until the cause is gone; 2000 bytes at most
	Match      KnownMatch `json:"match"`
}

// KnownMatch says which incidents a known error concerns: those of one of the services for which
// everything else that is named holds of the alert that opens them. Something else must be named.
type KnownMatch struct {
	Services []string `json:"services"`
	Key      string   `json:"key,omitempty"`    // the dedup key
	Alert    string   `json:"alert,omitempty"`  // the value of the label alertname
	Labels   Labels   `json:"labels,omitempty"` // names with values, all of them
}

// ProblemRecord is a problem as it stands after a fact.
type ProblemRecord struct {
	Problem string `json:"problem"`
	// Revision counts its facts; where two reach a partition out of order, the higher one stands.
	Revision int    `json:"revision"`
	Service  string `json:"service"` // where it is decided
	Title    string `json:"title"`
	Status   string `json:"status"`          // "open", "known-error" or "closed"
	Cause    string `json:"cause,omitempty"` // the root cause
	// Known is nil while the problem is not a known error.
	Known *KnownError `json:"known,omitempty"`
}

// The commands about problems (INTAKE). What becomes of each is a fact on LEDGER: the deed, or a refusal.
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
	// ProblemLinkWithdrawn asks to take a link back.
	ProblemLinkWithdrawn struct {
		ProblemCommand
		Incident string `json:"incident"`
	}
	// ProblemChangeReceived asks to change what is known; what is left empty stays.
	ProblemChangeReceived struct {
		ProblemCommand
		Title string `json:"title,omitempty"`
		Cause string `json:"cause,omitempty"`
		// Known makes it a known error, or replaces what was recorded.
		Known *KnownError `json:"known,omitempty"`
		// Unknown says that the problem is not a known error any more: the workaround does not help.
		Unknown bool `json:"unknown,omitempty"`
	}
	// ProblemClosureReceived asks to close a problem; its workaround is shown no more.
	ProblemClosureReceived struct {
		ProblemCommand
		Resolution string `json:"resolution"` // what was done about the cause
	}
)

// ProblemOpened (LEDGER): a problem record is there.
type ProblemOpened struct {
	ProblemRecord
	By string `json:"by,omitempty"`
}

// ProblemChanged (LEDGER, and from there INTAKE of every other partition): title, cause or known error
// are others.
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

// ProblemLinked (LEDGER): an incident belongs to the problem.
type ProblemLinked struct {
	Problem  string `json:"problem"`
	Revision int    `json:"revision"`
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`
}

// ProblemUnlinked (LEDGER): it does not any more.
type ProblemUnlinked struct {
	Problem  string `json:"problem"`
	Revision int    `json:"revision"`
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`
}

// ProblemNoticed (LEDGER of every other partition): the partition knows the problem as it stands.
type ProblemNoticed struct{ ProblemRecord }

// IncidentMatched (LEDGER, EVENTS): a known error concerns the incident; its pages show the workaround.
type IncidentMatched struct {
	Problem    string `json:"problem"`
	Title      string `json:"title"` // of the problem
	Workaround string `json:"workaround"`
	// By says what of the rule held: "service checkout, alert CacheCold".
	By string `json:"by"`
	// Others are further known errors that match, less closely.
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
