package catalog

// Route places an alert that names no known service. The first whose condition holds wins.
type Route struct {
	// When is the CEL condition as written; empty always holds.
	When string
	// Service is where the alert goes.
	Service string
	// Line is where the route stands, "catalog.yaml:31".
	Line string
}
