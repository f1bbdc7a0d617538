package alert

import "strings"

// DefaultPriority is given to severities that the catalog does not name.
const DefaultPriority = "P3"

// Priority looks the severity up, whatever its letter case.
func Priority(bySeverity map[string]string, severity string) string {
	if p, ok := bySeverity[strings.ToLower(severity)]; ok {
		return p
	}
	return DefaultPriority
}

// Matrix is ITIL's: how many are hit, by how much it hurries, gives a priority. Its words are those
// of the catalog, in lower case.
type Matrix struct {
	// Cells holds a priority by impact and urgency.
	Cells map[string]map[string]string
	// Urgencies gives the urgency of a lower-case severity, where the alert's label "urgency" does not say.
	Urgencies map[string]string
	// Impact is that of services and alerts that do not say; may be empty.
	Impact string
}

// Priority gives the priority of an impact and an urgency; empty where one of them is not known to
// the matrix. A nil matrix knows none.
func (m *Matrix) Priority(impact, urgency string) string {
	if m == nil {
		return ""
	}
	return m.Cells[strings.ToLower(impact)][strings.ToLower(urgency)]
}

// Judgement is a priority and what it was made of.
type Judgement struct {
	Priority        string
	Impact, Urgency string // empty where the severity alone decided
}

// Judge gives the priority of an alert. The matrix decides where it knows impact and urgency: those
// of the alert's labels, else the service's impact and the urgency of the severity. Elsewhere the
// severity decides.
func Judge(m *Matrix, bySeverity map[string]string, serviceImpact, impact, urgency, severity string) Judgement {
	if m != nil {
		impact = firstOf(impact, serviceImpact, m.Impact)
		urgency = firstOf(urgency, m.Urgencies[strings.ToLower(severity)])
		if p := m.Priority(impact, urgency); p != "" {
			return Judgement{Priority: p, Impact: strings.ToLower(impact), Urgency: strings.ToLower(urgency)}
		}
	}
	return Judgement{Priority: Priority(bySeverity, severity)}
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// Higher says whether priority a is more urgent than b: P1 is above P2.
func Higher(a, b string) bool { return a < b }

// Urgency is how insistently a person is reached: high for P1 to P3, low for P4 and P5.
func Urgency(priority string) string {
	if Higher(priority, "P4") {
		return "high"
	}
	return "low"
}
