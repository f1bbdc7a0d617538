package simulation

import (
	"context"
	"errors"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/recorder"
)

// keeper is the recorder's process and the archive, which outlives it.
type keeper struct {
	w        *world
	archive  *memory
	recorder *recorder.Recorder
}

func newKeeper(w *world) *keeper {
	k := &keeper{w: w, archive: &memory{w: w, incidents: map[string]archive.Incident{}, heads: map[string]head{}}}
	k.start()
	return k
}

func (k *keeper) start() {
	var err error
	k.recorder, err = recorder.New(recorder.Config{Log: k.w.bug.recorderBus(k.w, k.w.bus), Archive: k.archive, Cache: 3, MaxFacts: 20})
	if err != nil {
		panic(err)
	}
}

// restart is a crash: what is in memory is gone.
func (k *keeper) restart() {
	k.w.note("  the recorder dies")
	k.recorder.Close()
	k.start()
}

func (k *keeper) turn() { k.keep() }

func (k *keeper) keep() bool {
	progress, err := k.recorder.Turn(k.w.ctx)
	if err != nil {
		k.w.note("  recorder: %v", err)
	}
	return progress
}

// memory is an archive whose transactions may fail before or after they count.
type memory struct {
	archive.Reader // nobody asks it

	w         *world
	facts     []archive.Fact
	incidents map[string]archive.Incident
	heads     map[string]head
	position  uint64
}

type head struct {
	seq  uint64
	hash []byte
}

var errArchive = errors.New("the archive does not answer")

// Position returns how far it stands.
func (m *memory) Position(context.Context) (uint64, error) { return m.position, nil }

// Keep is one transaction.
func (m *memory) Keep(_ context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	if !m.w.calm && m.w.chance(m.w.fault.request) {
		return errArchive
	}
	if position > m.position {
		for _, f := range facts {
			if f.Position <= m.position || m.w.bug.loseFact && m.w.chance(0.01) {
				continue
			}
			m.facts = append(m.facts, f)
			if f.Subject != "" {
				m.heads[f.Subject] = head{f.IncidentSeq, f.Hash}
			}
		}
		for _, i := range incidents {
			m.incidents[i.ID] = i
		}
		m.position = position
	}
	if !m.w.calm && m.w.chance(m.w.fault.answer) {
		return errArchive
	}
	return nil
}

// Load returns what it holds of ids.
func (m *memory) Load(_ context.Context, ids []string) (out []archive.Incident, err error) {
	for _, id := range ids {
		if i, ok := m.incidents[id]; ok {
			out = append(out, i)
		}
	}
	return out, nil
}

// Head returns the end of an incident's chain.
func (m *memory) Head(_ context.Context, incident string) (uint64, []byte, error) {
	h := m.heads[incident]
	return h.seq, h.hash, nil
}

// Close has nothing to do.
func (m *memory) Close() error { return nil }
