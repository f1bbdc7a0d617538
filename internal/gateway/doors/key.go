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

// refusal answers a request that is not admitted, and returns the status.
type refusal func(http.ResponseWriter) int

// letIn returns the key of an admitted request, which is nil if none is needed, or else a refusal.
func (d *doors) letIn(cat *catalog.Catalog, r *http.Request) (*catalog.IntakeKey, refusal) {
	if len(cat.Intake) == 0 {
		if !d.cfg.OpenWithoutKeys {
			return nil, unauthorized
		}
		if why := d.guard(r); why != "" {
			return nil, func(w http.ResponseWriter) int { return problem{Status: http.StatusForbidden, Detail: why}.write(w) }
		}
		return nil, nil
	}
	secret := presented(r)
	if secret == "" {
		return nil, unauthorized
	}
	hash := sha256.Sum256([]byte(secret))
	// Every key is compared, so the time taken reveals nothing about near matches.
	var found *catalog.IntakeKey
	for _, name := range slices.Sorted(maps.Keys(cat.Intake)) {
		want, ok := d.cfg.Keys(name)
		if subtle.ConstantTimeCompare(hash[:], want[:]) == 1 && ok && found == nil {
			key := cat.Intake[name]
			key.Name = name
			found = &key
		}
	}
	if found == nil {
		return nil, unauthorized
	}
	return found, nil
}

// presented returns the key in the request: the path first, since whoever can set a header can
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
