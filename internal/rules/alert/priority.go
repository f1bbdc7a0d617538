package alert

import (
	"cmp"
	"strings"
)

// DefaultPriority is the priority of severities that the catalog does not name.
const DefaultPriority = "P3"

// Priority looks up a severity, ignoring case.
func Priority(bySeverity map[string]string, severity string) string {
	if p, ok := bySeverity[strings.ToLower(severity)]; ok {
		return p
	}
	return DefaultPriority
}

// Matrix is the ITIL matrix: impact and urgency determine the priority. Its words are those of the
// catalog, in lower case.
type Matrix struct {
	// Cells holds a priority by impact and urgency.
	Cells map[string]map[string]string
	// Urgencies maps lower-case severities to urgencies, for alerts without the label "urgency".
	Urgencies map[string]string
	// Impact is the default for services and alerts without one; may be empty.
	Impact string
}

// Priority returns the priority of an impact and an urgency; empty if the matrix does not have one of
// them. A nil matrix is empty.
func (m *Matrix) Priority(impact, urgency string) string {
	if m == nil {
		return ""
	}
	return m.Cells[strings.ToLower(impact)][strings.ToLower(urgency)]
}

// Judgement is a priority and what it was derived from.
type Judgement struct {
	Priority        string
	Impact, Urgency string // empty if the severity alone decided
}

// Judge derives the priority of an alert from the matrix if impact and urgency are known: from the
// alert's labels, otherwise from the service and the severity. If they are not, the severity decides.
func Judge(m *Matrix, bySeverity map[string]string, serviceImpact, impact, urgency, severity string) Judgement {
	if m != nil {
		impact = cmp.Or(impact, serviceImpact, m.Impact)
		urgency = cmp.Or(urgency, m.Urgencies[strings.ToLower(severity)])
		if p := m.Priority(impact, urgency); p != "" {
			return Judgement{Priority: p, Impact: strings.ToLower(impact), Urgency: strings.ToLower(urgency)}
		}
	}
	return Judgement{Priority: Priority(bySeverity, severity)}
}

// Higher reports whether priority a is more urgent than b: P1 is higher than P2.
func Higher(a, b string) bool { return a < b }

// Urgency is that of pages about a priority: high for P1 to P3, low for P4 and P5.
func Urgency(priority string) string {
	if Higher(priority, "P4") {
		return "high"
	}
	return "low"
}
