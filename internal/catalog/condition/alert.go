package condition

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"tocsin.dev/pkg/events"
)

// alertNames declares what the conditions of routes may use.
func alertNames() (string, []cel.EnvOption) {
	return "labels, severity, summary, source", []cel.EnvOption{
		cel.Variable("labels", labelsType),
		cel.Variable("severity", cel.StringType),
		cel.Variable("summary", cel.StringType),
		cel.Variable("source", cel.StringType),
	}
}

// alert resolves the names of a condition for one alert.
type alert struct {
	events.Alert
	labels *labels
}

// ResolveName is part of a CEL activation.
func (a *alert) ResolveName(name string) (any, bool) {
	switch name {
	case "labels":
		return a.labels, true
	case "severity":
		return types.String(a.Severity), true
	case "summary":
		return types.String(a.Summary), true
	case "source":
		return types.String(a.Origin), true
	}
	return nil, false
}

// Parent is part of a CEL activation; there is none.
func (a *alert) Parent() cel.Activation { return nil }
