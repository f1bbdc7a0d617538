package archive

import (
	"encoding/json"
	"fmt"
)

// Remains gives what stays of an incident that is removed, as JSON, and the hash of the last of its
// facts: enough to tell a removal from a loss, and nothing that tells what happened to whom.
func Remains(in Incident, facts []Fact) (document, hash []byte, err error) {
	document, err = json.Marshal(Incident{
		ID: in.ID, Service: in.Service, Team: in.Team, Status: in.Status,
		OpenedAt: in.OpenedAt, ResolvedAt: in.ResolvedAt, Seq: in.Seq, UpdatedAt: in.UpdatedAt,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("incident %s: %w", in.ID, err)
	}
	last := int64(-1)
	for i := range facts { // in whatever order a store hands them out
		if key := facts[i].Key(); key > last {
			last, hash = key, facts[i].Hash
		}
	}
	return document, hash, nil
}

// Sum gives the XOR of the marks of facts.
func Sum(facts []Fact) (sum [32]byte) {
	for i := range facts {
		Xor(&sum, facts[i].Mark())
	}
	return sum
}
