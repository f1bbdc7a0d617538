package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
	"tocsin.dev/test/corpus"
)

const header = "number,incident_state,reassignment_count,reopen_count,sys_mod_count,made_sla,opened_at,sys_updated_at,category,priority,assignment_group,assigned_to,closed_code,resolved_by,resolved_at\n"

// told writes facts as "HH:MM name detail", one a line.
func told(all []events.Event) string {
	var b strings.Builder
	for _, e := range all {
		detail := ""
		switch d := e.Data.(type) {
		case events.AlertReceived:
			detail = d.Key + " " + e.Service + " " + e.Team
		case events.PriorityReceived:
			detail = d.Priority
		case events.AssignmentReceived:
			detail = d.To
		case events.EscalationReceived:
			detail = d.To + d.Note
		case events.AcknowledgementReceived:
			detail = d.By
		case events.ResolutionReceived:
			detail = d.By
		case events.ClosureReceived:
			detail = d.Outcome + " " + d.Cause
		}
		fmt.Fprintf(&b, "%s %s %s\n", e.Time.Format("02 15:04"), events.NameOf(e.Type), detail)
	}
	return b.String()
}

func read(t *testing.T, body string) []events.Event {
	t.Helper()
	all, err := ServiceNow(strings.NewReader(body), Options{})
	require.NoError(t, err)
	return all
}

func TestLives(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"opened, handed over, worked on, resolved, closed": {
			`A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:10,Mail,3 - Moderate,Group 7,?,code 6,Res 1,02-03-2016 09:00
A,New,1,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:20,Mail,3 - Moderate,Group 8,?,code 6,Res 1,02-03-2016 09:00
A,Active,1,0,2,TRUE,01-03-2016 08:00,01-03-2016 08:30,Mail,2 - High,Group 8,Bo X,code 6,Res 1,02-03-2016 09:00
A,Awaiting User Info,1,0,3,TRUE,01-03-2016 08:00,01-03-2016 08:40,Mail,2 - High,Group 8,Bo X,code 6,Res 1,02-03-2016 09:00
A,Resolved,1,0,4,TRUE,01-03-2016 08:00,02-03-2016 09:00,Mail,2 - High,Group 8,Bo X,code 6,Res 1,02-03-2016 09:00
A,Closed,1,0,5,FALSE,01-03-2016 08:00,07-03-2016 09:00,Mail,2 - High,Group 8,Bo X,code 6,Res 1,02-03-2016 09:00`,
			`01 08:00 alert.received A mail group-7
01 08:00 priority.received P3
01 08:20 escalation.received group-8
01 08:30 priority.received P2
01 08:30 assignment.received person:bo-x
01 08:30 acknowledgement.received person:bo-x
02 09:00 resolution.received person:res-1
07 09:00 closure.received unexplained code 6
`,
		},
		"reopened twice; the last resolution counts, acknowledged once": {
			`A,Active,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Resolved,0,0,1,TRUE,01-03-2016 08:00,01-03-2016 09:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Active,0,1,2,TRUE,01-03-2016 08:00,02-03-2016 09:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Closed,0,1,3,TRUE,01-03-2016 08:00,03-03-2016 09:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Active,0,2,4,TRUE,01-03-2016 08:00,03-03-2016 10:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Resolved,0,2,5,TRUE,01-03-2016 08:00,04-03-2016 09:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00
A,Resolved,0,2,6,TRUE,01-03-2016 08:00,04-03-2016 10:00,Mail,?,Group 7,?,?,R,04-03-2016 10:00`,
			`01 08:00 alert.received A mail group-7
01 08:00 acknowledgement.received 
01 09:00 resolution.received person:r
02 09:00 reopening.received 
03 09:00 closure.received unexplained 
03 10:00 reopening.received 
04 09:00 resolution.received person:r
04 10:00 resolution.received person:r
`,
		},
		"rows out of order, one minute, a first row with the count of the last, older than the opening": {
			`A,Resolved,1,0,2,TRUE,01-03-2016 08:00,01-03-2016 09:00,Mail,3 - Moderate,G2,?,?,?,01-03-2016 09:00
A,Active,1,0,1,TRUE,01-03-2016 08:00,01-03-2016 09:00,Mail,3 - Moderate,G2,?,?,?,01-03-2016 09:00
A,New,0,0,7,TRUE,01-03-2016 08:00,01-03-2016 07:00,Mail,3 - Moderate,G1,?,?,?,01-03-2016 09:00`,
			`01 08:00 alert.received A mail g1
01 08:00 priority.received P3
01 09:00 escalation.received g2
01 09:00 acknowledgement.received 
01 09:00 resolution.received 
`,
		},
		"unknown state, group lost and found, unknown resolution": {
			`A,-100,0,0,0,TRUE,?,01-03-2016 08:00,?,?,?,?,?,?,?
A,?,1,0,1,TRUE,?,01-03-2016 08:10,Disk,?,G1,?,?,?,?
A,Active,2,0,2,TRUE,?,01-03-2016 08:20,Disk,?,?,?,?,?,?
A,-100,3,0,3,TRUE,?,01-03-2016 08:30,Net,?,G1,?,?,?,?
A,Resolved,3,0,4,TRUE,?,01-03-2016 08:40,Net,?,G1,?,?,?,?
A,Resolved,4,0,5,TRUE,?,01-03-2016 08:50,Net,?,G1,?,?,?,?`,
			`01 08:00 alert.received A disk 
01 08:10 escalation.received g1
01 08:20 escalation.received reassigned; the history does not name the group
01 08:20 acknowledgement.received 
01 08:30 escalation.received g1
01 08:40 resolution.received 
01 08:50 escalation.received reassigned; the history does not name the group
`,
		},
		"closed without a resolved row: the incident says when": {
			`A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,01-03-2016 09:00
A,Closed,0,0,1,TRUE,01-03-2016 08:00,05-03-2016 09:00,?,?,?,?,?,?,01-03-2016 09:00`,
			`01 08:00 alert.received A unclassified 
01 09:00 resolution.received 
05 09:00 closure.received unexplained 
`,
		},
		"resolved between two rows": {
			`A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,01-03-2016 09:00
A,Resolved,0,0,1,TRUE,01-03-2016 08:00,01-03-2016 09:30,?,?,?,?,?,?,01-03-2016 09:00`,
			`01 08:00 alert.received A unclassified 
01 09:00 resolution.received 
`,
		},
		"new again within the minute of its resolution: the counts of changes lie": {
			`A,New,0,0,9,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Resolved,0,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Closed,0,0,2,TRUE,01-03-2016 08:00,02-03-2016 08:00,?,?,?,?,?,?,?`,
			`01 08:00 alert.received A unclassified 
01 08:00 resolution.received 
02 08:00 closure.received unexplained 
`,
		},
		"opened again within the minute of its resolution: the count of reopenings says so": {
			`A,Resolved,0,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Active,0,1,2,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Closed,0,1,3,TRUE,01-03-2016 08:00,02-03-2016 08:00,?,?,?,?,?,?,?`,
			`01 08:00 alert.received A unclassified 
01 08:00 resolution.received 
01 08:00 reopening.received 
01 08:00 acknowledgement.received 
02 08:00 closure.received unexplained 
`,
		},
		"resolved after the last row: the incident says when": {
			`A,Awaiting Vendor,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:10,?,?,?,?,?,R,02-03-2016 09:00`,
			`01 08:00 alert.received A unclassified 
01 08:10 acknowledgement.received 
02 09:00 resolution.received person:r
`,
		},
		"opened again, and what it says is the resolution before": {
			`A,Resolved,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 09:00,?,?,?,?,?,R,01-03-2016 09:00
A,Active,0,1,1,TRUE,01-03-2016 08:00,01-03-2016 10:00,?,?,?,?,?,R,01-03-2016 09:00`,
			`01 08:00 alert.received A unclassified 
01 09:00 resolution.received person:r
01 10:00 reopening.received 
01 10:00 acknowledgement.received 
`,
		},
		"the first row of an export that begins in the middle has been handed over and opened again": {
			`A,Active,2,1,7,TRUE,01-03-2016 08:00,05-03-2016 09:00,?,?,G1,?,?,?,?`,
			`01 08:00 alert.received A unclassified g1
05 09:00 escalation.received reassigned; the history does not name the group
05 09:00 reopening.received 
05 09:00 acknowledgement.received 
`,
		},
		"worked on after its resolution, whatever the count of reopenings": {
			`A,Resolved,0,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Awaiting Evidence,0,0,2,TRUE,01-03-2016 08:00,01-03-2016 08:01,?,?,?,?,?,?,?`,
			`01 08:00 alert.received A unclassified 
01 08:00 resolution.received 
01 08:01 reopening.received 
01 08:01 acknowledgement.received 
`,
		},
		"a row twice": {
			`A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,G1,?,?,?,?
A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,G1,?,?,?,?
A,Active,1,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:10,?,?,G2,?,?,?,?
A,Active,1,0,1,TRUE,01-03-2016 08:00,01-03-2016 08:10,?,?,G2,?,?,?,?`,
			`01 08:00 alert.received A unclassified g1
01 08:10 escalation.received g2
01 08:10 acknowledgement.received 
`,
		},
		"two incidents interleaved": {
			`B,New,0,0,0,TRUE,01-03-2016 08:05,01-03-2016 08:05,?,?,?,?,?,?,?
A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
B,Active,0,0,1,TRUE,01-03-2016 08:05,01-03-2016 08:06,?,?,?,?,?,?,?`,
			`01 08:00 alert.received A unclassified 
01 08:05 alert.received B unclassified 
01 08:06 acknowledgement.received 
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, told(read(t, header+c.rows+"\n")))
		})
	}
}

func TestAnnotatesTheLastWordOnTheTarget(t *testing.T) {
	all := read(t, header+`A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?
A,Closed,0,0,1,FALSE,01-03-2016 08:00,01-03-2016 09:00,?,?,?,?,?,?,?`)
	require.Equal(t, map[string]string{"made_sla": "false"}, all[0].Data.(events.AlertReceived).Annotations.Map())
}

// TestForms: the same history however a spreadsheet saved it.
func TestForms(t *testing.T) {
	body := header + "A,New,0,0,0,TRUE,1-3-2016 8:00,01-03-2016 08:00,\"Mail, web\",3 - Moderate,Größe,?,?,?,?\n"
	want := read(t, body)
	wide := []byte{0xff, 0xfe}
	for _, r := range body {
		wide = append(wide, byte(r), byte(r>>8))
	}
	for name, form := range map[string]string{
		"byte order mark":     "\ufeff" + body,
		"line ends":           strings.ReplaceAll(body, "\n", "\r\n"),
		"no last line end":    strings.TrimSuffix(body, "\n"),
		"quotes":              strings.Replace(body, "A,New", `"A","New"`, 1),
		"UTF-16":              string(wide),
		"semicolons":          strings.ReplaceAll(strings.ReplaceAll(body, ",", ";"), "Mail; web", "Mail, web"),
		"slashes":             strings.ReplaceAll(body, "-3-2016", "/3/2016"),
		"ISO":                 strings.ReplaceAll(body, "01-03-2016 08:00", "2016-03-01 08:00:00"),
		"ISO with a T":        strings.ReplaceAll(body, "01-03-2016 08:00", "2016-03-01T08:00"),
		"an offset":           strings.ReplaceAll(body, "01-03-2016 08:00", "2016-03-01T10:00:00+02:00"),
		"dots":                strings.ReplaceAll(body, "-3-2016", ".3.2016"),
		"seconds":             strings.ReplaceAll(body, "8:00", "8:00:00"),
		"twelve hours":        strings.ReplaceAll(body, "8:00", "8:00 AM"),
		"twelve hours, small": strings.ReplaceAll(body, "8:00", "8:00:00am"),
		"capitals in names":   strings.Replace(body, "number", " Number", 1),
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, want, read(t, form)) })
	}
	require.Regexp(t, `^gr-e-[0-9a-f]{8}$`, want[0].Team)
	require.NoError(t, events.CheckID(want[0].Team))
}

func TestZone(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	require.NoError(t, err)
	all, err := ServiceNow(strings.NewReader(header+"A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,?,?,?,?,?,?"), Options{Location: zone})
	require.NoError(t, err)
	require.Equal(t, "2016-03-01T11:00:00Z", all[0].Time.Format(time.RFC3339))
}

func TestFaults(t *testing.T) {
	good := "A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,3 - Moderate,?,?,?,?,?\n"
	change := func(old, next string) string { return header + good + strings.Replace(good, old, next, 1) }
	for name, c := range map[string]struct{ body, want string }{
		"empty":          {"", "the file is empty"},
		"another file":   {"a,b\n1,2\n", "line 1: these columns are missing: number, incident_state, opened_at, sys_updated_at"},
		"column twice":   {"number,Number\n", `line 1: the column "number" stands there twice`},
		"month 13":       {change("01-03-2016", "01-13-2016"), `line 3, column 18 (opened_at): "01-13-2016 08:00" is not a time such as 29-02-2016 08:03`},
		"no leap year":   {change("01-03-2016", "29-02-2015"), `(opened_at): "29-02-2015 08:00" is not a time`},
		"count":          {change("A,New,0", "A,New,many"), `line 3, column 7 (reassignment_count): "many" is not a count`},
		"priority":       {change("3 - Moderate", "soon"), `(priority): "soon" is not a priority such as 3 - Moderate`},
		"truth":          {change("TRUE", "maybe"), `(made_sla): "maybe" is neither TRUE nor FALSE`},
		"no number":      {change("A,", "?,"), `line 3, column 1 (number): it names no incident`},
		"no instant":     {change(",01-03-2016 08:00,?", ",?,?"), `(sys_updated_at): without it the row has no place in time`},
		"cells missing":  {header + good + "A,New\n" + good, "line 3: it has another number of cells than the first line"},
		"quote":          {header + good + `A,"New` + "\n", "line 3, column "},
		"half character": {"\xff\xfea", "UTF-16 with half a character at its end"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := ServiceNow(strings.NewReader(c.body), Options{})
			require.ErrorContains(t, err, c.want)
			require.Nil(t, all)
		})
	}
	all, err := ServiceNow(strings.NewReader(header+strings.Repeat("A,New\n", 50)), Options{})
	require.Nil(t, all)
	require.Len(t, strings.Split(err.Error(), "\n"), maxFaults+1)
	require.ErrorContains(t, err, "and 30 more")
}

// TestSlugs: what becomes an id is one, and what differs stays different.
func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "Group 70": "group-70", "a__b": "a-b", "  x  ": "x", "DB": "db",
	} {
		require.Equal(t, want, slug(name), name)
	}
	seen := map[string]string{}
	for _, name := range []string{"支付", "付支", "a/b", "a.b", "a b", "!", strings.Repeat("x", 99), strings.Repeat("x", 98)} {
		id := slug(name)
		require.NoError(t, events.CheckID(id), name)
		require.Empty(t, seen[id], "%q and %q are both %s", name, seen[id], id)
		seen[id] = name
	}
}

func TestCorpus(t *testing.T) {
	body, err := os.ReadFile(corpus.Path(t, corpus.ServiceNow))
	require.NoError(t, err)
	all := read(t, string(body))
	checkHistory(t, all)
	names := map[string]int{}
	for _, e := range all {
		names[events.NameOf(e.Type)]++
	}
	require.Equal(t, 437, names["alert.received"])
	require.Equal(t, 318, names["acknowledgement.received"])
	require.Equal(t, 437, names["closure.received"])
	require.Equal(t, 6, names["reopening.received"])
	require.Equal(t, all, read(t, string(body)), "the same file gives the same facts")

	// Whatever the order of the rows, and with each of them twice, each incident has the same life.
	rows := strings.Split(strings.TrimSpace(string(body)), "\n")
	shuffled := slices.Concat(rows[1:], rows[1:])
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	byID := func(a, b events.Event) int { return strings.Compare(a.ID, b.ID) }
	again := read(t, rows[0]+"\n"+strings.Join(shuffled, "\n"))
	slices.SortFunc(all, byID)
	slices.SortFunc(again, byID)
	require.Equal(t, all, again)
}

// checkHistory holds what every history promises.
func checkHistory(t testing.TB, all []events.Event) {
	opened, ids := map[string]bool{}, map[string]bool{}
	require.True(t, slices.IsSortedFunc(all, func(a, b events.Event) int { return a.Time.Compare(b.Time) }))
	for _, e := range all {
		require.False(t, ids[e.ID], "an id twice")
		ids[e.ID] = true
		require.NoError(t, events.CheckID(e.Service))
		if e.Team != "" {
			require.NoError(t, events.CheckID(e.Team))
		}
		switch d := e.Data.(type) {
		case events.AlertReceived:
			require.False(t, opened[d.Key])
			require.NotEmpty(t, d.Summary)
			opened[d.Key] = true
		case events.CommandData:
			require.True(t, opened[d.Ask().Incident], "%s before its opening", events.NameOf(e.Type))
		default:
			require.Fail(t, "not an intake fact", e.Type)
		}
	}
}

// FuzzServiceNow: whatever the file holds, it is refused or keeps the promises.
func FuzzServiceNow(f *testing.F) {
	f.Add(header + "A,New,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,?,3 - Moderate,?,?,?,?,?\n")
	f.Add("number;incident_state;opened_at;sys_updated_at\nA;Closed;?;1/3/2016 8:00\nA;Active;?;1/3/2016 8:01\n")
	f.Add("\xff\xfen\x00")
	f.Fuzz(func(t *testing.T, body string) {
		all, err := ServiceNow(strings.NewReader(body), Options{})
		if err == nil {
			checkHistory(t, all)
		}
	})
}

// TestGroupsThatAreNotNamed: who hands over is counted; a row that does not name the group hands over nothing.
func TestGroupsThatAreNotNamed(t *testing.T) {
	row := func(minute int, group string, count int) string {
		return fmt.Sprintf("A,New,%d,0,%d,TRUE,01-03-2016 08:00,01-03-2016 08:%02d,?,?,%s,?,?,?,?\n", count, minute, minute, group)
	}
	for name, c := range map[string]struct{ rows, want string }{
		"named late":               {row(0, "?", 0) + row(1, "G1", 0), "01 08:00 alert.received A unclassified g1\n"},
		"lost and found":           {row(0, "G1", 0) + row(1, "?", 0) + row(2, "G1", 0), "01 08:00 alert.received A unclassified g1\n"},
		"never named":              {row(0, "?", 0) + row(1, "?", 0), "01 08:00 alert.received A unclassified \n"},
		"handed over, named late":  {row(0, "G1", 0) + row(1, "?", 1) + row(2, "G2", 1), "01 08:00 alert.received A unclassified g1\n01 08:01 escalation.received g2\n"},
		"handed over, not counted": {row(0, "G1", 0) + row(1, "G2", 0), "01 08:00 alert.received A unclassified g1\n01 08:01 escalation.received g2\n"},
		"handed over, never named": {
			row(0, "G1", 0) + row(1, "?", 1),
			"01 08:00 alert.received A unclassified g1\n01 08:01 escalation.received reassigned; the history does not name the group\n",
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, told(read(t, header+c.rows))) })
	}
}
