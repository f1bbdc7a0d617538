package events

// CatalogRevised (INTAKE, one for each partition): from here on the named catalog is in force.
type CatalogRevised struct {
	Revision string `json:"revision"` // SHA-256 of the catalog's source, in hex
	By       string `json:"by,omitempty"`
}

func (CatalogRevised) Name() string { return "catalog.revised" }
