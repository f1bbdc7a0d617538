package notifier

// slots bounds what is under way to one endpoint at a time. Who finds no slot stands in line and
// is handed out again when one is free.
type slots struct {
	max  int
	used map[string]int // by endpoint
	held map[*delivery]string
	line map[string][]*delivery
	// called are those that were handed out again and have not been looked at yet, by endpoint.
	called map[*delivery]string
}

func newSlots(max int) slots {
	return slots{max: max, used: map[string]int{}, held: map[*delivery]string{}, line: map[string][]*delivery{}, called: map[*delivery]string{}}
}

// enter takes a slot, or puts the page in line.
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

// leave gives the slot back and says who is next in line; nothing for a page that holds none.
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

// pass says who is next when a page was called and did not take the slot after all: its turn must
// not be lost to those behind it.
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

// next calls the first in line.
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

// unqueue takes a page that is no longer wanted out of its line.
func (s *slots) unqueue(d *delivery) {
	if !d.inLine {
		return
	}
	d.inLine = false
	for endpoint, line := range s.line {
		for i, other := range line {
			if other == d {
				s.line[endpoint] = append(line[:i:i], line[i+1:]...)
				return
			}
		}
	}
}

func (s *slots) busy() bool { return len(s.held) > 0 }
