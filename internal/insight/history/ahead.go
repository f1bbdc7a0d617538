package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"tocsin.dev/pkg/events"
)

// chunk is some lines that one goroutine decodes.
type chunk struct {
	text  []byte
	lines []place
	facts []events.Event
	err   error // of the line after the facts
	done  chan struct{}
}

// place is a line within the text of a chunk.
type place struct{ number, from, to int }

const chunkBytes = 256 << 10

// ReadAhead is [Read] with so many goroutines that decode, which is most of the work. Each event is
// still handed on in order, by the caller's goroutine, and the errors are the same. It ends when all of
// its goroutines have.
func ReadAhead(r io.Reader, decoders int, each func(line int, e events.Event) error) error {
	work, order, stop := make(chan *chunk), make(chan *chunk, 2*decoders), make(chan struct{})
	var all sync.WaitGroup
	for range decoders {
		all.Go(func() {
			for c := range work {
				c.decode()
			}
		})
	}
	var failed error
	all.Go(func() {
		defer close(order)
		defer close(work)
		failed = cut(r, func(c *chunk) bool {
			select {
			case <-stop:
				return false
			case order <- c:
			}
			work <- c
			return true
		})
	})
	err := handOn(order, each)
	close(stop)
	for range order { //nolint:revive // what was cut already is not wanted any more
	}
	all.Wait()
	if err == nil {
		err = failed // of reading, where nothing before it went wrong
	}
	return err
}

func handOn(order <-chan *chunk, each func(int, events.Event) error) error {
	for c := range order {
		<-c.done
		for n, e := range c.facts {
			if err := each(c.lines[n].number, e); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

func (c *chunk) decode() {
	defer close(c.done)
	c.facts = make([]events.Event, 0, len(c.lines))
	for _, l := range c.lines {
		e, err := decode(c.text[l.from:l.to])
		if err != nil {
			c.err = fmt.Errorf("line %d: %w", l.number, err)
			return
		}
		c.facts = append(c.facts, e)
	}
}

// cut makes chunks of a file until one is not taken.
func cut(r io.Reader, take func(*chunk) bool) error {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 0, 64<<10), MaxLine)
	fresh := func() *chunk { return &chunk{text: make([]byte, 0, chunkBytes), done: make(chan struct{})} }
	c, n := fresh(), 0
	for scan.Scan() {
		n++
		line := bytes.TrimSpace(scan.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte(utf8Mark))
		}
		if len(line) == 0 {
			continue
		}
		from := len(c.text)
		c.text = append(c.text, line...)
		c.lines = append(c.lines, place{n, from, len(c.text)})
		if len(c.text) >= chunkBytes {
			if !take(c) {
				return nil
			}
			c = fresh()
		}
	}
	if !take(c) {
		return nil
	}
	if err := scan.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d bytes", n+1, MaxLine)
	} else if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	return nil
}
