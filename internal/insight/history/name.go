package history

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// slug makes an id of a foreign name: lower case, what is neither letter nor digit as one "-". A
// name that loses more than its case and blanks by this gets a mark of its whole spelling, so
// that two names stay two ids. It is empty for an empty name.
func slug(name string) string {
	const most = 48 // of the 64 that an id may have, with room for the mark
	var b strings.Builder
	lossy := false
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
			continue
		case r != ' ' && r != '-' && r != '_':
			lossy = true
		}
		if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	id := strings.TrimSuffix(b.String(), "-")
	if len(id) > most {
		id, lossy = strings.TrimSuffix(id[:most], "-"), true
	}
	if !lossy {
		return id
	}
	h := fnv.New32a()
	h.Write([]byte(name)) //nolint:errcheck // a hash never fails
	return strings.TrimPrefix(fmt.Sprintf("%s-%08x", id, h.Sum32()), "-")
}
