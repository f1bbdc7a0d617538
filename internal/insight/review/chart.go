package review

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// The chart's measures, in its own units.
const (
	chartWidth  = 760
	chartLeft   = 64
	chartRight  = 20
	chartTop    = 44
	levelHeight = 30
	chartBottom = 64
	markRadius  = 8
	maxMarks    = 40   // named in one chart
	maxSteps    = 1000 // drawn in one chart
)

// colours of the marks, dark enough on white for contrast.
var colours = map[MarkKind]string{
	MarkAcknowledged: "#1a6b3c", MarkSnoozed: "#6b4fa0", MarkReopened: "#a05a00", MarkResolved: "#0b4f8a", MarkBreached: "#b00020", MarkExhausted: "#b00020",
}

// signs are letters inside the marks, so that colour is not needed to tell them apart.
var signs = map[MarkKind]string{
	MarkAcknowledged: "A", MarkSnoozed: "S", MarkReopened: "O", MarkResolved: "R", MarkBreached: "B", MarkExhausted: "X",
}

// chart is the drawing of one review.
type chart struct {
	*Review
	strings.Builder
	scale  scale
	top    int // the highest level
	height int
}

// Chart draws the levels over time as a self-contained SVG, with a description for readers who cannot
// see it.
func (r *Review) Chart() string {
	c := &chart{Review: r, top: 1}
	for _, s := range r.Steps {
		c.top = max(c.top, s.Level)
	}
	c.height = chartTop + c.top*levelHeight + chartBottom
	c.scale = newScale(r.until().Sub(r.Times.Opened), chartWidth-chartLeft-chartRight)
	c.head()
	c.grid()
	c.line()
	c.marks()
	c.legend()
	c.WriteString("</svg>\n")
	return c.String()
}

// Inline returns the chart as a data URL.
func (r *Review) Inline() string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(r.Chart()))
}

// until is the end of the chart: notes after a closure are not drawn.
func (r *Review) until() time.Time {
	switch {
	case !r.Times.Closed.IsZero():
		return r.Times.Closed
	case !r.Times.Resolved.IsZero():
		return r.Times.Resolved
	}
	return r.End
}

func (c *chart) head() {
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="chart-title chart-text" font-family="sans-serif" font-size="12">`+"\n",
		chartWidth, c.height, chartWidth, c.height)
	fmt.Fprintf(c, "<title id=\"chart-title\">%s</title>\n", markupless("Levels over time: "+c.Incident.Title))
	fmt.Fprintf(c, "<desc id=\"chart-text\">%s</desc>\n", markupless(c.inWords()))
	fmt.Fprintf(c, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", chartWidth, c.height)
	c.text(chartLeft, 22, "start", "#1f2328", `font-weight="bold"`, "Escalation levels over time")
}

// inWords describes the chart.
func (r *Review) inWords() string {
	var all []string
	for _, s := range r.Steps {
		if s.Level > 0 && len(all) < maxMarks {
			all = append(all, fmt.Sprintf("level %d after %s", s.Level, r.after(s.At)))
		}
	}
	for _, m := range r.named() {
		all = append(all, fmt.Sprintf("%s after %s", m.Kind, r.after(m.At)))
	}
	if len(all) == 0 {
		return "No escalation."
	}
	return strings.Join(all, "; ") + "."
}

// after is the time from the opening to an instant.
func (r *Review) after(at time.Time) string { return span(at.Sub(r.Times.Opened)) }

// named are the marks that fit into the chart.
func (r *Review) named() []Mark { return r.Marks[:min(len(r.Marks), maxMarks)] }

func (c *chart) x(at time.Time) float64 {
	return chartLeft + c.scale.x(at.Sub(c.Times.Opened))
}

// y is the height of a level; 0 is the axis.
func (c *chart) y(level int) int { return chartTop + (c.top-level)*levelHeight }

func (c *chart) grid() {
	for level := range c.top + 1 {
		y := c.y(level)
		fmt.Fprintf(c, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#d0d7de"/>`+"\n", chartLeft, y, chartWidth-chartRight, y)
		name := fmt.Sprintf("level %d", level)
		if level == 0 {
			name = "none"
		}
		c.text(chartLeft-8, y+4, "end", "#57606a", "", name)
	}
	for _, at := range c.scale.ticks() {
		x := chartLeft + c.scale.x(at)
		fmt.Fprintf(c, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#d0d7de"/>`+"\n", x, c.y(0), x, c.y(0)+5)
		c.text(x, c.y(0)+18, "middle", "#57606a", "", span(at))
	}
	axis := "time since opening"
	if c.scale.log {
		axis += ", on a logarithmic scale"
	}
	c.text(chartWidth-chartRight, c.y(0)+34, "end", "#57606a", "", axis)
}

// line draws the level over time.
func (c *chart) line() {
	if len(c.Steps) == 0 {
		return
	}
	var path strings.Builder
	level := 0
	fmt.Fprintf(&path, "M%.1f %d", c.x(c.Times.Opened), c.y(0))
	for _, s := range c.Steps[:min(len(c.Steps), maxSteps)] {
		if s.Level != level {
			fmt.Fprintf(&path, "H%.1fV%d", c.x(s.At), c.y(s.Level))
		}
		level = s.Level
	}
	fmt.Fprintf(&path, "H%.1f", c.x(c.until()))
	fmt.Fprintf(c, `<path d="%s" fill="none" stroke="#24292f" stroke-width="2.5" stroke-linejoin="round"/>`+"\n", path.String())
}

// marks draws each mark on the axis, or above the previous one if the two would touch.
func (c *chart) marks() {
	last, stacked := 0.0, 0
	for n, m := range c.named() {
		x := c.x(m.At)
		if n > 0 && x-last < 2*markRadius {
			stacked = (stacked + 1) % (c.top*levelHeight/(2*markRadius) + 2) // the chart is no higher
		} else {
			stacked = 0
		}
		last = x
		y := c.y(0) - stacked*2*markRadius
		fmt.Fprintf(c, `<g><title>%s</title><line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s" stroke-dasharray="3 3"/>`,
			markupless(m.Text+" (after "+c.after(m.At)+")"), x, chartTop, x, y, colours[m.Kind])
		fmt.Fprintf(c, `<circle cx="%.1f" cy="%d" r="%d" fill="%s"/>`, x, y, markRadius, colours[m.Kind])
		c.text(x, y+4, "middle", "#ffffff", `font-size="11" font-weight="bold"`, signs[m.Kind])
		c.WriteString("</g>\n")
	}
}

// legend explains the signs in the chart.
func (c *chart) legend() {
	var parts []string
	seen := map[MarkKind]bool{}
	for _, m := range c.named() {
		if !seen[m.Kind] {
			seen[m.Kind] = true
			parts = append(parts, signs[m.Kind]+" "+string(m.Kind))
		}
	}
	if left := len(c.Marks) - len(c.named()); left > 0 {
		parts = append(parts, fmt.Sprintf("%d more are not drawn", left))
	}
	c.text(chartLeft, c.height-12, "start", "#57606a", "", strings.Join(parts, " · "))
}

func (c *chart) text(x, y any, anchor, fill, more, words string) {
	if more != "" {
		more = " " + more
	}
	fmt.Fprintf(c, `<text x="%v" y="%v" text-anchor="%s" fill="%s"%s>%s</text>`+"\n", round(x), y, anchor, fill, more, markupless(words))
}

// round writes a place with one digit.
func round(x any) string {
	if f, ok := x.(float64); ok {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprint(x)
}

// markupless escapes a text for SVG.
func markupless(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(visible(s))) //nolint:errcheck // a builder never fails
	return b.String()
}

// visible replaces control characters by blanks and removes those that change the text direction.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
