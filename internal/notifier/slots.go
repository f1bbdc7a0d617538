package notifier

import "slices"

// slots bounds the concurrent attempts to each endpoint. A page that finds no free slot waits in line and
// is returned again by leave or pass when one is free.
type slots struct {
	max  int
	used map[string]int // by endpoint
	held map[*delivery]string
	line map[string][]*delivery
	// called has the endpoints of pages that were returned from their line and not looked at yet.
	called map[*delivery]string
}

func newSlots(max int) slots {
	return slots{max: max, used: map[string]int{}, held: map[*delivery]string{}, line: map[string][]*delivery{}, called: map[*delivery]string{}}
}

// enter takes a slot, or puts the page in line and returns false.
func (s *slots) enter(endpoint string, d *delivery) bool {
	if s.used[endpoint] >= s.max {
		s.line[endpoint] = append(s.line[endpoint], d)
		d.inLine = true
		return false
	}
	s.used[endpoint]++
	s.held[d] = endpoint
	return true
}

// leave frees the page's slot, or its place in line, and returns the page that is next, if any.
func (s *slots) leave(d *delivery) []*delivery {
	endpoint, ok := s.held[d]
	if !ok {
		s.unqueue(d)
		return s.pass(d)
	}
	delete(s.held, d)
	if s.used[endpoint]--; s.used[endpoint] == 0 {
		delete(s.used, endpoint)
	}
	return s.next(endpoint)
}

// pass returns the next page in line when d was called but did not take the slot: the pages behind it
// must not lose their turn.
func (s *slots) pass(d *delivery) []*delivery {
	endpoint, ok := s.called[d]
	if !ok {
		return nil
	}
	delete(s.called, d)
	if s.held[d] == endpoint || s.used[endpoint] >= s.max {
		return nil
	}
	return s.next(endpoint)
}

// next calls the first page in line.
func (s *slots) next(endpoint string) []*delivery {
	line := s.line[endpoint]
	if len(line) == 0 {
		return nil
	}
	if len(line) == 1 {
		delete(s.line, endpoint)
	} else {
		s.line[endpoint] = line[1:]
	}
	line[0].inLine = false
	s.called[line[0]] = endpoint
	return line[:1]
}

// unqueue removes a page from its line.
func (s *slots) unqueue(d *delivery) {
	if !d.inLine {
		return
	}
	d.inLine = false
	for endpoint, line := range s.line {
		if i := slices.Index(line, d); i >= 0 {
			s.line[endpoint] = slices.Delete(line, i, i+1)
			return
		}
	}
}

func (s *slots) busy() bool { return len(s.held) > 0 }
