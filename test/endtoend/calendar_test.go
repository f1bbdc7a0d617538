package endtoend

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin.dev/internal/ical"
)

// calendar FILE N parses a file as iCalendar. It must have no faults, and at least N shifts in the past and the
// next year.
func calendar(ts *testscript.TestScript, _ bool, words []string) {
	least, err := strconv.Atoi(words[1])
	ts.Check(err)
	c, faults := ical.Parse([]byte(ts.ReadFile(words[0])), ical.Limits{})
	if len(faults) > 0 {
		ts.Fatalf("the calendar has faults: %v", faults)
	}
	now := time.Now()
	all, faults := c.Shifts(time.UTC, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), ical.Limits{})
	if len(faults) > 0 || len(all) < least {
		ts.Fatalf("%d shifts, want at least %d; faults: %v", len(all), least, faults)
	}
}

// serve NAME DIR serves the files of a folder over HTTP, and sets a variable to its address.
func serve(ts *testscript.TestScript, _ bool, words []string) {
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(words[1]))))
	ts.Defer(server.Close)
	ts.Setenv(words[0], server.URL)
}
