package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress draws a bar on a terminal and stays silent anywhere else.
type progress struct {
	to    io.Writer // nil: silent
	now   func() time.Time
	what  string
	began time.Time
	drawn time.Time
}

const (
	barWidth = 30
	redraw   = 100 * time.Millisecond
)

// progress starts a bar that counts things called what, such as "inputs".
func (a *app) progress(what string) *progress {
	p := &progress{now: a.now, what: what, began: a.now()}
	if terminal(a.stderr) && os.Getenv("TERM") != "dumb" {
		p.to = a.stderr
	}
	return p
}

// show draws the bar. A total of 0 means that the total is not known.
func (p *progress) show(done, total int) {
	if p.to == nil {
		return
	}
	now := p.now()
	if now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	rate := float64(done) / max(now.Sub(p.began).Seconds(), 0.001)
	if total <= 0 {
		fmt.Fprintf(p.to, "\r\x1b[K%d %s, %.0f/s", done, p.what, rate)
		return
	}
	full := min(barWidth*done/total, barWidth)
	fmt.Fprintf(p.to, "\r\x1b[K[%s%s] %d of %d %s, %.0f/s",
		strings.Repeat("█", full), strings.Repeat("░", barWidth-full), done, total, p.what, rate)
}

// end removes the bar.
func (p *progress) end() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
