package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress draws a bar on a terminal; anywhere else it stays silent.
type progress struct {
	to    io.Writer // nil for silence
	now   func() time.Time
	what  string
	began time.Time
	drawn time.Time
}

const (
	barWidth = 30
	redraw   = 100 * time.Millisecond
)

// progress makes a bar for what is counted as "inputs" or the like.
func (a *app) progress(what string) *progress {
	p := &progress{now: a.now, what: what, began: a.now()}
	if f, ok := a.stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb" {
			p.to = f
		}
	}
	return p
}

// show draws how much is done; a total of 0 is one that is not known.
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

// end takes the bar away.
func (p *progress) end() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
