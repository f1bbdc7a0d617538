package notifier_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/notifier"
	"tocsin.dev/pkg/events"
)

func TestConfig(t *testing.T) {
	_, err := notifier.New(notifier.Config{})
	for _, word := range []string{"bus", "catalogs", "channels", "secrets", "instance"} {
		require.ErrorContains(t, err, word)
	}
}

func TestContactMethods(t *testing.T) {
	for name, c := range map[string]struct {
		answers []channel.Result
		target  string
		after   []time.Duration
		want    string
	}{
		"the first takes it":                      {nil, "ana", nil, "opened claimed:phone accepted closed:delivered"},
		"one that is gone goes on to the next":    {[]channel.Result{permanent}, "ana", nil, "opened claimed:phone permanent claimed:desk accepted closed:delivered"},
		"one that fails goes on to the next":      {[]channel.Result{later}, "ana", nil, "opened claimed:phone retryable claimed:desk accepted closed:delivered"},
		"one that breaks off goes on to the next": {[]channel.Result{unknown}, "ana", nil, "opened claimed:phone unknown claimed:desk accepted closed:delivered"},
		"all gone":               {[]channel.Result{permanent, permanent}, "ana", nil, "opened claimed:phone permanent claimed:desk permanent closed:failed"},
		"too early to try again": {[]channel.Result{later}, "bo", []time.Duration{time.Second}, "opened claimed:phone retryable"},
		"tried again":            {[]channel.Result{later}, "bo", []time.Duration{2 * time.Second}, "opened claimed:phone retryable claimed:phone accepted closed:delivered"},
		"tried again, marked as a possible repeat": {[]channel.Result{unknown}, "bo", []time.Duration{2 * time.Second}, "opened claimed:phone unknown claimed:phone? accepted closed:delivered"},
		"the provider asks for patience":           {[]channel.Result{{Outcome: channel.Retryable, RetryAfter: time.Minute}}, "bo", []time.Duration{59 * time.Second}, "opened claimed:phone retryable"},
		"and gets it":                              {[]channel.Result{{Outcome: channel.Retryable, RetryAfter: time.Minute}}, "bo", []time.Duration{time.Minute}, "opened claimed:phone retryable claimed:phone accepted closed:delivered"},
		"one method named twice is tried twice":    {[]channel.Result{permanent}, "iris", nil, "opened claimed:phone permanent claimed:phone accepted closed:delivered"},
		"and then given up":                        {[]channel.Result{permanent, permanent}, "iris", nil, "opened claimed:phone permanent claimed:phone permanent closed:failed"},
		"nobody of that name yet":                  {nil, "nobody", []time.Duration{9 * time.Second}, "opened"},
		"nobody of that name":                      {nil, "nobody", []time.Duration{10 * time.Second}, "opened closed:failed"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.answers = c.answers
			h.start()
			h.decide(page("p", "person:"+c.target))
			h.settle()
			for _, d := range c.after {
				h.after(d)
			}
			require.Equal(t, c.want, h.log())
		})
	}
}

func TestNotificationSaysWhatIsNeeded(t *testing.T) {
	h := newHarness(t)
	h.answers = []channel.Result{unknown}
	h.start()
	h.decide(page("p", "person:bo"), page("q", "person:ana"))
	h.settle()
	h.after(2 * time.Second)
	require.Len(t, h.sent, 3)
	first, ana, second := h.sent[0], h.sent[1], h.sent[2]
	require.Equal(t, first.ID, second.ID, "one key for every attempt")
	require.NotEqual(t, first.ID, ana.ID)
	require.Equal(t, []int{1, 1, 2}, []int{first.Attempt, ana.Attempt, second.Attempt})
	require.Equal(t, []bool{false, false, true}, []bool{first.PossibleRepeat, ana.PossibleRepeat, second.PossibleRepeat})
	require.Equal(t, "Ana Ruiz", ana.Name)
	require.Equal(t, "inc", ana.Incident)
	require.Equal(t, "https://one.example.com/ana", h.to[1])
}

// TestTargets: a target is its whole word. A room is tried by all its contact methods, a machine by
// its one, and a word of another kind reaches nobody although the name is known.
func TestTargets(t *testing.T) {
	for target, c := range map[string]struct{ log, to, name string }{
		"person:ana":          {"opened claimed:phone permanent claimed:desk accepted closed:delivered", "https://two.example.com/ana", "Ana Ruiz"},
		"chat:ops-room":       {"opened claimed:main permanent claimed:spare accepted closed:delivered", "https://two.example.com/ops", "Ops room"},
		"webhook:status-page": {"opened claimed:webhook permanent closed:failed", "https://one.example.com/status", "status-page"},
		"chat:ana":            {"opened closed:failed", "", ""},
		"webhook:ops-room":    {"opened closed:failed", "", ""},
		"person:ops-room":     {"opened closed:failed", "", ""},
		"schedule:ana":        {"opened closed:failed", "", ""},
		"ana":                 {"opened closed:failed", "", ""},
	} {
		t.Run(target, func(t *testing.T) {
			h := newHarness(t)
			h.answers = []channel.Result{permanent}
			h.start()
			h.decide(page("p", target))
			h.settle()
			h.after(10 * time.Second)
			require.Equal(t, c.log, h.log())
			if c.to == "" {
				require.Empty(t, h.sent)
				return
			}
			last := h.sent[len(h.sent)-1]
			require.Equal(t, c.to, h.to[len(h.to)-1])
			require.Equal(t, []string{target, c.name}, []string{last.Target, last.Name})
		})
	}
}

func TestNotificationSaysWhatAskedForIt(t *testing.T) {
	h := newHarness(t)
	h.start()
	p := page("p", "chat:ops-room")
	p.Level, p.Why, p.Runbook = 0, "resolution goal breached", "https://wiki.example.com/checkout"
	p.Known = &events.PageKnown{Problem: "PRB-1", Title: "cold cache", Workaround: "warm it"}
	h.decide(p)
	h.settle()
	require.Len(t, h.sent, 1)
	require.Equal(t, []any{0, p.Why, p.Runbook, "PRB-1", "warm it"}, []any{h.sent[0].Level, h.sent[0].Why, h.sent[0].Runbook, h.sent[0].Problem, h.sent[0].Workaround})
}

func TestClaimIsRecordedBeforeTheFirstPacket(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.decide(page("p", "person:ana"))
	h.turn()
	require.Equal(t, "opened claimed:phone", h.log())
	require.Empty(t, h.sent)
	require.Len(t, h.flights, 1)
}

func TestSlotsBoundWhatIsUnderWay(t *testing.T) {
	h := newHarness(t)
	h.slots = 2
	h.start()
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		h.decide(page(id, "person:bo"))
	}
	h.turn()
	require.Len(t, h.flights, 2)
	for range 3 {
		h.fly()
		h.turn()
		attempts := 0
		for range h.flights {
			attempts++
		}
		require.GreaterOrEqual(t, attempts, 1)
	}
	h.settle()
	require.Len(t, h.sent, 5)
}

// TestSlotIsNotLost: the next in line is called, and superseded before it is looked at; the one
// behind it must not wait for ever.
func TestSlotIsNotLost(t *testing.T) {
	h := newHarness(t)
	h.slots = 1
	h.start()
	a, b, c := page("a", "person:bo"), page("b", "person:bo"), page("c", "person:bo")
	h.decide(a, b, c)
	h.turn()
	h.decide(gone(b))
	require.NoError(t, h.process.Feed(t.Context()))
	h.fly() // a is taken; b is called in the turn that reads of its end
	h.settle()
	require.Len(t, h.sent, 2)
	require.Equal(t, "c", h.sent[1].Page)
}

func TestSlotsOfOneEndpointDoNotHinderAnother(t *testing.T) {
	h := newHarness(t)
	h.slots = 1
	h.answers = []channel.Result{permanent}
	h.start()
	h.decide(page("a", "person:ana"))
	h.turn()
	h.fly()
	h.turn() // it goes by the desk now
	h.decide(page("b", "person:bo"))
	h.turn()
	require.Len(t, h.flights, 2)
}

func TestDelayHoldsBackTheSecondMethod(t *testing.T) {
	h := newHarness(t)
	h.answers = []channel.Result{accepted}
	h.start()
	h.decide(page("p", "person:cy"))
	h.turn()
	h.after(0)
	require.Equal(t, "opened claimed:phone accepted closed:delivered", h.log())
}

func TestCatalogIsTakenOn(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.apply(catalogText + "\negress: {allow: [\"127.0.0.1/32\"]}\n")
	require.NoError(t, h.process.Refresh(t.Context()))
	h.decide(page("p", "person:ana"))
	h.settle()
	require.Len(t, h.sent, 1)
}
