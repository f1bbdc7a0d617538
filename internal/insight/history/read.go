package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"tocsin.dev/pkg/events"
)

// MaxLine is the longest line of a file of facts, in bytes: no message on the bus is longer.
const MaxLine = 1 << 20

// Read hands on each event of a file with one CloudEvent on each line. Empty lines and a byte order
// mark are left out. It ends with the first error, its own ("line 3: …") or that of each, as is.
func Read(r io.Reader, each func(line int, e events.Event) error) error {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 0, 64<<10), MaxLine)
	n := 0
	for scan.Scan() {
		n++
		line := bytes.TrimSpace(scan.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte(utf8Mark))
		}
		if len(line) == 0 {
			continue
		}
		e, err := decode(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := each(n, e); err != nil {
			return err
		}
	}
	if err := scan.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d bytes", n+1, MaxLine)
	} else if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	return nil
}

func decode(line []byte) (events.Event, error) {
	e, err := events.Decode(line)
	switch {
	case err != nil:
		return e, err
	case e.Time.IsZero():
		return e, errors.New("the event has no time")
	}
	return e, nil
}

// Write puts out events, one on each line.
func Write(w io.Writer, all []events.Event) error {
	out := bufio.NewWriterSize(w, 64<<10)
	for _, e := range all {
		line, err := e.Encode()
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("write facts: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}
