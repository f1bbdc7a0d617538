package review_test

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel/channeltest"
	"tocsin.dev/internal/insight/review"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

var rewrite = flag.Bool("rewrite", false, "accept the documents as they are made now")

// TestDocuments holds whole documents and charts, of histories that the real rules made.
func TestDocuments(t *testing.T) {
	untouched := tell(t, "Nobody looks")
	untouched.Until(begin.Add(time.Hour))
	for name, s := range map[string]*story{"answered": answered(t), "weary": weary(t), "untouched": untouched} {
		t.Run(name, func(t *testing.T) {
			in, all := s.made()
			r := review.Make(in, all, names)
			golden(t, name+".md", write(t, r, name+".svg"))
			golden(t, name+".svg", r.Chart())
			require.Equal(t, write(t, r, ""), write(t, review.Make(in, all, names), ""), "the same timeline gives the same bytes")
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s: go test ./internal/insight/review -rewrite accepts it", path)
}

func TestTimesAndPeople(t *testing.T) {
	s := answered(t)
	r := review.Make(first(s.made()), second(s.made()), nil)
	since := func(at time.Time) time.Duration { return at.Sub(begin) }
	require.Equal(t, []time.Duration{0, 0, 0, 7 * time.Minute, 7 * time.Minute, 40 * time.Minute, 70 * time.Minute},
		[]time.Duration{
			since(r.Times.Opened), since(r.Times.Paged), since(r.Times.Delivered), since(r.Times.Engaged), since(r.Times.Acknowledged),
			since(r.Times.Resolved), since(r.Times.Closed),
		})
	require.Equal(t, review.Pages{Requested: 2, Delivered: 2}, r.Pages)
	require.Len(t, r.People, 2)
	ana, bo := r.People[0], r.People[1]
	require.Equal(t, []any{"person:ana", 1, true, 4}, []any{ana.Actor, ana.Pages, ana.Answered.IsZero(), ana.Acts})
	require.Equal(t, []any{"person:bo", 1, 7 * time.Minute, []string{"incident-manager", "acknowledged it"}}, []any{bo.Actor, bo.Pages, since(bo.Answered), bo.Roles})
	require.True(t, r.Goals[0].Breached && r.Goals[0].Met)
	require.NotEmpty(t, r.Goals[0].Arithmetic)
}

func first(in timeline.Incident, _ []timeline.Entry) timeline.Incident  { return in }
func second(_ timeline.Incident, all []timeline.Entry) []timeline.Entry { return all }

// TestWhatANewerVersionTells: facts that this build does not know are told in their own words.
func TestWhatANewerVersionTells(t *testing.T) {
	s := answered(t)
	in, all := s.made()
	all = append(all, timeline.Entry{At: begin.Add(2 * time.Hour), Type: "incident.sung_about", Summary: "a song was written", Actor: "person:bo", Data: []byte(`{}`)})
	require.Contains(t, write(t, review.Make(in, all, names), ""), "| a song was written |")
}

// TestHostileWords puts what breaks careless programs into every place that a stranger can write to.
func TestHostileWords(t *testing.T) {
	for _, text := range channeltest.Hostile(t) {
		s := tell(t, "x"+text)
		s.at(time.Minute, "person:bo", func(c events.Command) events.Data { return events.AcknowledgementReceived{Command: c} })
		in, all := s.made()
		in.Tasks = append(in.Tasks, timeline.Task{Number: 1, Text: text, Owner: text})
		in.Team, in.Outcome, in.Cause = text, text, text
		all = append(all, timeline.Entry{At: begin, Type: "incident.snoozed", Summary: text, Reason: text, Actor: text, Data: []byte(`{}`)})
		r := review.Make(in, all, func(string) string { return text })
		requireQuiet(t, write(t, r, r.Inline()))
		requireDrawing(t, r.Chart())
	}
}

// requireQuiet: nothing of a foreign text is markup, and none of it begins a line.
func requireQuiet(t *testing.T, document string) {
	t.Helper()
	for n, line := range strings.Split(document, "\n") {
		require.NotContains(t, line, "<", "line %d", n+1)
		require.NotContains(t, line, "\x1b", "line %d", n+1)
		begins := line == ""
		for _, known := range []string{"# Post-incident review: ", "## ", "| ", "|-", "- [ ] ", "![", "_", "An incident of", "Teams, in"} {
			begins = begins || strings.HasPrefix(line, known)
		}
		require.True(t, begins, "line %d begins with what nobody wrote: %q", n+1, line)
	}
	for _, heading := range strings.Split(document, "\n## ")[1:] {
		title, _, _ := strings.Cut(heading, "\n")
		require.Contains(t, []string{
			"Summary", "Impact", "Times", "Goals", "Levels", "Who", "Alerts", "Decisions", "Follow-ups",
			"Root cause", "What went well", "What went wrong", "Lessons",
		}, title)
	}
}

// requireDrawing: the chart is well-formed XML of elements that draw and do nothing else.
func requireDrawing(t *testing.T, chart string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(chart))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			require.Contains(t, []string{"svg", "title", "desc", "rect", "line", "text", "path", "g", "circle"}, e.Name.Local)
			for _, a := range e.Attr {
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
			}
		}
	}
}

func TestInlineIsTheChart(t *testing.T) {
	s := answered(t)
	r := review.Make(first(s.made()), second(s.made()), names)
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Inline(), "data:image/svg+xml;base64,"))
	require.NoError(t, err)
	require.Equal(t, r.Chart(), string(b))
	require.Less(t, len(write(t, r, r.Inline())), 24<<10, "a usual review fits into a document of an incident")
}

// TestLongIncidents: what has no end stays readable, and says what is left out.
func TestLongIncidents(t *testing.T) {
	in := timeline.Incident{ID: "x", Title: "storm", Priority: "P1", OpenedAt: begin, Status: timeline.Triggered}
	var all []timeline.Entry
	for n := range 5000 {
		all = append(all, timeline.Entry{At: begin.Add(time.Duration(n) * time.Hour), Type: "incident.acknowledged", Summary: "again", Data: []byte(`{"by":"person:ana"}`)})
	}
	r := review.Make(in, all, nil)
	document := write(t, r, "")
	require.Contains(t, document, "\n4800 more are in the timeline.\n")
	require.Contains(t, r.Chart(), "4960 more are not drawn")
	require.Less(t, len(r.Chart()), 32<<10)
}
