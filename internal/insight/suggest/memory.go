package suggest

// memory is a map of bounded size. It holds the keys used last in two generations: when the young one
// is full it becomes the old one, and what was in the old one and not asked for since is forgotten.
type memory[K comparable, V any] struct {
	most       int // of one generation
	young, old map[K]V
}

func newMemory[K comparable, V any](most int) *memory[K, V] {
	return &memory[K, V]{most: most, young: map[K]V{}}
}

// get returns the value and keeps it for longer.
func (m *memory[K, V]) get(k K) (V, bool) {
	if v, ok := m.young[k]; ok {
		return v, true
	}
	v, ok := m.old[k]
	if ok {
		delete(m.old, k)
		m.put(k, v)
	}
	return v, ok
}

func (m *memory[K, V]) put(k K, v V) {
	if _, ok := m.young[k]; !ok && len(m.young) == m.most {
		m.young, m.old = map[K]V{}, m.young
	}
	m.young[k] = v
	delete(m.old, k)
}
