package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits CODE COMMAND… runs a command and compares its exit code.
func exits(ts *testscript.TestScript, _ bool, words []string) {
	if got := execute(ts, words[1:]); got != words[0] {
		ts.Fatalf("%v ended with %s, not %s", words[1:], got, words[0])
	}
}

// execute runs a command and returns its exit code.
func execute(ts *testscript.TestScript, words []string) string {
	err := ts.Exec(words[0], words[1:]...)
	if err == nil {
		return "0"
	}
	return strings.TrimPrefix(err.Error(), "exit status ")
}

// expand FILE… replaces ${NAME} by the script's variables.
func expand(ts *testscript.TestScript, _ bool, files []string) {
	for _, f := range files {
		path := ts.MkAbs(f)
		b, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, []byte(os.Expand(string(b), ts.Getenv)), 0o600))
	}
}

// poll calls wrong until it returns "", and fails with its last answer.
func poll(ts *testscript.TestScript, wrong func() string) {
	end := time.After(patience)
	for {
		text := wrong()
		if text == "" {
			return
		}
		select {
		case <-end:
			ts.Fatalf("not within %s: %s", patience, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// until REGEXP COMMAND… runs a command until it exits 0 and its stdout matches.
func until(ts *testscript.TestScript, _ bool, words []string) {
	want := regexp.MustCompile("(?m)" + words[0])
	poll(ts, func() string {
		if code := execute(ts, words[1:]); code != "0" {
			return fmt.Sprintf("%v ends with %s", words[1:], code)
		}
		if out := ts.ReadFile("stdout"); !want.MatchString(out) {
			return fmt.Sprintf("%q is not in %s", words[0], out)
		}
		return ""
	})
}

// pages PATH N waits until N pages have arrived at the path. It fails if there are more, or if one arrived twice.
func pages(ts *testscript.TestScript, _ bool, words []string) {
	want, err := strconv.Atoi(words[1])
	ts.Check(err)
	r := at(ts).receiver
	poll(ts, func() string {
		got := len(r.pages(words[0]))
		if got > want {
			ts.Fatalf("%d pages at %s, not %d", got, words[0], want)
		}
		if got < want {
			return fmt.Sprintf("%d pages at %s, not %d", got, words[0], want)
		}
		return ""
	})
	if id := r.repeated(); id != "" {
		ts.Fatalf("notification %s arrived twice", id)
	}
}

// page PATH FIELD VALUE compares a field of the newest page at a path.
func page(ts *testscript.TestScript, _ bool, words []string) {
	all := at(ts).receiver.pages(words[0])
	if len(all) == 0 {
		ts.Fatalf("no page at %s", words[0])
	}
	b, err := json.Marshal(all[len(all)-1].Data)
	ts.Check(err)
	var data map[string]any
	ts.Check(json.Unmarshal(b, &data))
	if got := fmt.Sprint(data[words[1]]); got != words[2] {
		ts.Fatalf("%s of the newest page at %s is %q, not %q", words[1], words[0], got, words[2])
	}
}

// mode FILE OCTAL compares a file's permissions.
func mode(ts *testscript.TestScript, _ bool, words []string) {
	info, err := os.Stat(ts.MkAbs(words[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != words[1] {
		ts.Fatalf("%s has mode %s, not %s", words[0], got, words[1])
	}
}

// answer parses the last stdout as JSON. For an array, first is its first element.
func answer(ts *testscript.TestScript) (whole any, first map[string]any) {
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &whole); err != nil {
		ts.Fatalf("stdout is not one JSON value: %v", err)
	}
	switch v := whole.(type) {
	case map[string]any:
		return whole, v
	case []any:
		if len(v) > 0 {
			first, _ = v[0].(map[string]any)
		}
	}
	return whole, first
}

// fields object|array NAME… checks that stdout is a JSON object or array, and that the object or every element has
// these fields.
func fields(ts *testscript.TestScript, _ bool, words []string) {
	whole, _ := answer(ts)
	all, array := whole.([]any)
	if array != (words[0] == "array") {
		ts.Fatalf("stdout is not a JSON %s", words[0])
	}
	if !array {
		all = []any{whole}
	} else if len(all) == 0 {
		ts.Fatalf("stdout is an empty array")
	}
	for n, one := range all {
		object, _ := one.(map[string]any)
		for _, name := range words[1:] {
			if _, ok := object[name]; !ok {
				ts.Fatalf("element %d has no field %q: %v", n, name, one)
			}
		}
	}
}

// value FIELD REGEXP matches a field of the object, or of the first element.
func value(ts *testscript.TestScript, _ bool, words []string) {
	if got := field(ts, words[0]); !regexp.MustCompile("^(?:" + words[1] + ")$").MatchString(got) {
		ts.Fatalf("%s is %q, not %s", words[0], got, words[1])
	}
}

// keep NAME FIELD sets a variable to a field of the object, or of the first element.
func keep(ts *testscript.TestScript, _ bool, words []string) {
	ts.Setenv(words[0], field(ts, words[1]))
}

func field(ts *testscript.TestScript, name string) string {
	_, first := answer(ts)
	var v any = first
	for _, step := range strings.Split(name, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			ts.Fatalf("there is no field %s", name)
		}
		v = object[step]
	}
	return fmt.Sprint(v)
}

// http METHOD PATH STATUS FILE [HEADER…] sends a file (- for none) and compares the status. It writes the body of
// the response to the file "answer".
func request(ts *testscript.TestScript, _ bool, words []string) {
	var body []byte
	if words[3] != "-" {
		body = []byte(ts.ReadFile(words[3]))
	}
	r, err := http.NewRequest(words[0], ts.Getenv("TOCSIN_HTTP")+words[1], bytes.NewReader(body)) //nolint:noctx // loopback
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	for _, h := range words[4:] {
		name, text, _ := strings.Cut(h, ": ")
		r.Header.Set(name, text)
	}
	got, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), text, 0o600))
	if want := words[2]; !strings.HasPrefix(strconv.Itoa(got.StatusCode), strings.TrimSuffix(want, "xx")) {
		ts.Fatalf("%s %s answered %d, not %s: %s", words[0], words[1], got.StatusCode, want, text)
	}
}
