package doors

import (
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"net/http"
	"slices"
	"strings"

	"tocsin.dev/internal/catalog"
)

// letIn says whether the request may pass, and by which key; nil where the door is open to all.
func (d *doors) letIn(cat *catalog.Catalog, r *http.Request) (*catalog.IntakeKey, bool) {
	if len(cat.Intake) == 0 {
		return nil, d.cfg.OpenWithoutKeys
	}
	secret := presented(r)
	if secret == "" {
		return nil, false
	}
	hash := sha256.Sum256([]byte(secret))
	// Every key is compared, so that the time taken tells nothing of which one nearly fitted.
	var found *catalog.IntakeKey
	for _, name := range slices.Sorted(maps.Keys(cat.Intake)) {
		want, ok := d.cfg.Keys(name)
		if subtle.ConstantTimeCompare(hash[:], want[:]) == 1 && ok && found == nil {
			key := cat.Intake[name]
			key.Name = name
			found = &key
		}
	}
	return found, found != nil
}

// presented gives the key that the sender shows: the path first, since whoever can set a header can
// leave it out there.
func presented(r *http.Request) string {
	if key := r.PathValue("key"); key != "" {
		return key
	}
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
