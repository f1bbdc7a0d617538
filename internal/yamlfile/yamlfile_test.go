package yamlfile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/yamlfile"
)

// load reads a text that must be YAML.
func load(t *testing.T, text string) (yamlfile.Value, *yamlfile.Report) {
	r := &yamlfile.Report{}
	v, ok := r.Load("a.yaml", []byte(text))
	require.True(t, ok, r.Faults)
	return v, r
}

// shown lists faults with their hints.
func shown(faults []yamlfile.Fault) []string {
	var all []string
	for _, f := range faults {
		s := f.Error()
		if f.Hint != "" {
			s += " ~ " + f.Hint
		}
		all = append(all, s)
	}
	return all
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no YAML", "a: [\n", "a.yaml:2:1: YAML: did not find expected node content"},
		{"a second document", "a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document in one file ~ put it into a file of its own"},
		{"a tag", "a: !secret b\n", "a.yaml:1:4: YAML tags such as !name are not supported"},
		{"an alias of itself", "a: &a [*a]\n", "a.yaml:1:8: an alias within the value that it stands for"},
		{"too deep", strings.Repeat("[", 70) + strings.Repeat("]", 70), "a.yaml:1:65: YAML: exceeded max depth of 64"},
		{"an unknown alias, whose name may be a secret", "a: *hunter2\n", "a.yaml:1:4: YAML: an alias without its anchor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &yamlfile.Report{}
			_, ok := r.Load("a.yaml", []byte(tt.text))
			require.False(t, ok)
			require.Equal(t, []string{tt.want}, shown(r.Sorted()))
		})
	}
}

func TestEmptyFile(t *testing.T) {
	v, r := load(t, "# nothing\n")
	require.False(t, v.Present())
	require.Empty(t, v.Fields("a"))
	require.Empty(t, r.Faults)
}

func TestFields(t *testing.T) {
	v, r := load(t, "name: ana\nnmae: bo\nname: cy\n\"s3cr3t!\": x\n[a]: b\nnull: ~\n")
	f := v.Fields("name", "team")
	require.Equal(t, "ana", f["name"].Text())
	require.Equal(t, "a.yaml:1:7", f["name"].Place())
	require.False(t, f["team"].Present())
	require.Equal(t, []string{
		`a.yaml:2:1: unknown key "nmae" ~ did you mean "name"?`,
		`a.yaml:3:1: "name" is given twice, first in line 1 ~ remove one of them`,
		`a.yaml:4:1: unknown key ~ use one of name, team`,
		`a.yaml:5:1: a key must be a plain word, not a list`,
		`a.yaml:6:1: unknown key "null" ~ use one of name, team`,
	}, shown(r.Sorted()))

	v, r = load(t, "{hunter2: x}")
	v.SecretFields("env", "file")
	require.Equal(t, []string{"a.yaml:1:2: unknown key ~ use one of env, file"}, shown(r.Faults))
}

func TestMergesAndAliases(t *testing.T) {
	v, r := load(t, "base: &base {a: 1, b: 2}\nmore: {<<: [*base, {b: 3, c: 4}], a: 0}\nsame: *base\n")
	f := v.Fields("base", "more", "same")
	more := f["more"].Fields("a", "b", "c")
	require.Equal(t, []int{0, 2, 4}, []int{more["a"].Number(0, 9), more["b"].Number(0, 9), more["c"].Number(0, 9)}, "own keys first, then the first of the merged")
	require.Equal(t, "a.yaml:3:7", f["same"].Place(), "an alias has its own place")
	require.Empty(t, r.Faults)
}

func TestScalars(t *testing.T) {
	v, r := load(t, "octal: 012\nflag: yes\non: true\nnumber: 7\nlarge: 70\nwait: 5m\nslow: 5 minutes\nback: -1s\nlong: 9000h\nzero: 0s\nlines: \"a\\nb\"\nlist: []\nkind: lo\n")
	f := v.Fields("octal", "flag", "on", "number", "large", "wait", "slow", "back", "long", "zero", "lines", "list", "kind")
	octal, ok := f["octal"].Scalar()
	require.True(t, ok)
	require.Equal(t, "012", octal)
	require.True(t, f["on"].Flag())
	require.False(t, f["flag"].Flag(), "YAML 1.2 has no yes")
	require.Equal(t, 7, f["number"].Number(1, 9))
	require.Equal(t, 1, f["large"].Number(1, 9))
	require.Equal(t, 5*time.Minute, f["wait"].Duration(1, 0))
	for _, wrong := range []string{"slow", "back", "long", "zero"} {
		require.Equal(t, time.Hour, f[wrong].Duration(1, time.Hour), wrong)
	}
	require.Equal(t, time.Hour, f["none"].Duration(1, time.Hour))
	require.Empty(t, f["lines"].Text())
	require.Empty(t, f["list"].Text())
	f["kind"].OneOf("an urgency", "high", "low")
	require.Equal(t, []string{
		`a.yaml:2:7: expected true or false, found text`,
		`a.yaml:5:8: expected a whole number from 1 to 9`,
		`a.yaml:7:7: "5 minutes" is not a duration ~ write it like 90s, 5m or 1h30m`,
		`a.yaml:8:7: a duration cannot be negative ~ write it like 90s, 5m or 1h30m`,
		`a.yaml:9:7: a duration may be at most 366 days`,
		`a.yaml:10:7: a duration of zero makes no sense here`,
		`a.yaml:11:8: expected one line of at most 1000 bytes`,
		`a.yaml:12:7: expected text, found a list`,
		`a.yaml:13:7: "lo" is not an urgency ~ use one of high, low`,
	}, shown(r.Sorted()))
}

func TestMaxText(t *testing.T) {
	r := &yamlfile.Report{MaxText: 4}
	v, _ := r.Load("a.yaml", []byte("[four, fives]"))
	for _, one := range v.List() {
		one.Text()
	}
	require.Equal(t, []string{"a.yaml:1:8: expected one line of at most 4 bytes"}, shown(r.Faults))
}

func TestLists(t *testing.T) {
	v, r := load(t, "all: [a, ~, c]\nnone: []\nnothing:\ntext: a\n")
	f := v.Fields("all", "none", "nothing", "text")
	require.Len(t, f["all"].List(), 3)
	require.Empty(t, f["all"].ListUpTo(2, "names"))
	require.Len(t, f["all"].ListOf("a name"), 2)
	require.False(t, f["all"].List()[1].Given())
	require.False(t, f["all"].Empty())
	require.True(t, f["none"].Empty())
	require.True(t, f["nothing"].Empty())
	require.True(t, f["nothing"].Present())
	require.Empty(t, f["text"].List())
	require.Equal(t, []string{"a.yaml:1:6: more than 2 names", "a.yaml:1:10: expected a name, found nothing", "a.yaml:4:7: expected a list, found text"}, shown(r.Sorted()))
}

func TestInside(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "when: a == b", "1:9"},
		{"quoted", "when: 'a == b'", "1:10"},
		{"literal", "when: |\n  a == b\n", "2:5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, _ := load(t, tt.text)
			require.Equal(t, "a.yaml:"+tt.want, v.Fields("when")["when"].Inside(1, 2).Place())
		})
	}
}

func TestNearest(t *testing.T) {
	require.Equal(t, `did you mean "members"?`, yamlfile.DidYouMean("member", []string{"lead", "members"}))
	require.Equal(t, "use one of lead, members", yamlfile.DidYouMean("wages", []string{"members", "lead"}))
	require.Equal(t, "use env", yamlfile.DidYouMean("hunter2", []string{"env"}))
	require.Empty(t, yamlfile.DidYouMean("wages", nil))
}

// Whatever the bytes are, reading them ends and names a place for each fault.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"a: 1", "a: &a [*a]", "a: !b c", "- [", "{<<: [{a: 1}, {b: 2}]}", "a: |\n  b\n", "%YAML 1.2\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		r := &yamlfile.Report{}
		v, ok := r.Load("a.yaml", source)
		require.Equal(t, ok, !yamlfile.Refused(r.Faults))
		for _, p := range v.Pairs() {
			p.Value.List()
			p.Value.Text()
		}
		for _, fault := range r.Sorted() {
			require.NotEmpty(t, fault.Message)
		}
	})
}
