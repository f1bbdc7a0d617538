package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/events"
)

// asked is one command and what is expected of it.
type asked struct {
	verb, body string
	status     int
	// want is the name of a fact it leads to, the detail of a refusal, or the place that is wrong.
	want string
}

// tell asks for each in turn of one incident.
func tell(t *testing.T, g *apitest.Gateway, id string, all []asked) {
	for _, c := range all {
		got := call(t, g, "POST", "/api/v1/incidents/"+id+"/"+c.verb, c.body)
		require.Equal(t, c.status, got.status, "%s %s: %s", c.verb, c.body, got.body)
		switch c.status {
		case http.StatusOK:
			var out api.Outcome
			got.into(t, &out)
			require.Contains(t, names(out.Facts), c.want, "%s %s", c.verb, c.body)
			require.Equal(t, id, out.Incident.ID)
			require.Equal(t, out.ID, out.Facts[0].Cause)
		case http.StatusUnprocessableEntity:
			var problem struct{ Errors []struct{ Location string } }
			got.into(t, &problem)
			var places []string
			for _, e := range problem.Errors {
				places = append(places, e.Location)
			}
			require.Contains(t, places, c.want, "%s %s: %s", c.verb, c.body, got.body)
		default:
			require.Equal(t, c.want, got.detail(t), "%s %s", c.verb, c.body)
		}
	}
}

func names(facts []archive.Entry) []string {
	all := []string{}
	for _, f := range facts {
		all = append(all, f.Type)
	}
	return all
}

// TestVerbs asks for everything that can be asked of one incident.
func TestVerbs(t *testing.T) {
	for name, all := range map[string][]asked{
		"acknowledge": {
			{"acknowledge", `{"by":"ana","note":"mine"}`, 200, "incident.acknowledged"},
			{"acknowledge", ``, 409, "it is acknowledged already"},
			{"acknowledge", `{"bye":"ana"}`, 422, "body.bye"},
			{"acknowledge", `{"level":2}`, 422, "body.level"},
			{"unacknowledge", `{"by":"ana"}`, 200, "incident.unacknowledged"},
			{"unacknowledge", ``, 409, "it is not acknowledged"},
			{"unacknowledge", `null`, 422, "body"},
			{"unacknowledge", `{"to":"bo"}`, 422, "body.to"},
		},
		"resolve": {
			{"reopen", `{}`, 409, "it is not resolved"},
			{"resolve", ``, 200, "incident.resolved"},
			{"resolve", ``, 409, "it is resolved already"},
			{"resolve", `{"until":"2026-03-04T13:00:00Z"}`, 422, "body.until"},
			{"acknowledge", ``, 409, "it is resolved; reopen it first"},
			{"reopen", `{"by":"grafana bot"}`, 200, "incident.reopened"},
			{"reopen", `{"alerts":["slow"]}`, 422, "body.alerts"},
		},
		"note": {
			{"note", `{"by":"ana","note":"rolling back"}`, 200, "incident.annotated"},
			{"note", `{"by":"ana"}`, 422, "body.note"},
			{"note", `{"note":" \n"}`, 422, "body.note"},
			{"note", `null`, 422, "body"},
			{"note", ``, 400, "request body is required"},
		},
		"escalate": {
			{"escalate", ``, 200, "escalation.advanced"},
			{"escalate", `{"by":"ana","level":3}`, 200, "escalation.advanced"},
			{"escalate", `{"level":4}`, 409, "the policy has no such level; its levels are 1 to 3"},
			{"escalate", `{"level":-1}`, 422, "body.level"},
			{"escalate", `{"level":1,"up":true}`, 422, "body.up"},
			{"escalate", `{"to":"platform","up":true}`, 422, "body.to"},
			{"escalate", `{"until":"2026-03-04T13:00:00Z"}`, 422, "body.until"},
			{"escalate", `{"to":"payments"}`, 409, "the team has it already"},
			{"escalate", `{"to":"nobody"}`, 409, "the incident's catalog has no such team: \"nobody\""},
			{"escalate", `{"to":"team:platform","by":"ana"}`, 200, "incident.transferred"},
		},
		"escalate up": {
			{"escalate", `{"up":true,"by":"bo"}`, 200, "escalation.advanced"},
			{"escalate", `{"up":true,"by":"bo"}`, 409, "the people paged last have no manager"},
		},
		"snooze": {
			{"wake", ``, 409, "it is not snoozed"},
			{"snooze", ``, 400, "request body is required"},
			{"snooze", `{}`, 422, "body.until"},
			{"snooze", `{"for":"soon"}`, 422, "body.for"},
			{"snooze", `{"for":"-2h"}`, 422, "body.for"},
			{"snooze", `{"for":"2h","until":"2026-03-04T14:00:00Z"}`, 422, "body.for"},
			{"snooze", `{"until":"tomorrow"}`, 422, "body.until"},
			{"snooze", `{"for":"2h","to":"bo"}`, 422, "body.to"},
			{"snooze", `{"until":"2026-03-04T11:00:00Z"}`, 409, "the end of the snooze is in the past"},
			{"snooze", `{"for":"900h"}`, 409, "30 days is the longest snooze"},
			{"snooze", `{"for":"2h","by":"ana"}`, 200, "incident.snoozed"},
			{"wake", `{"by":"ana"}`, 200, "incident.woken"},
			{"wake", `{"for":"2h"}`, 422, "body.for"},
		},
		"assign": {
			{"assign", `{"to":"bo","by":"ana"}`, 200, "incident.assigned"},
			{"assign", `{"to":"person:bo"}`, 409, "it is assigned to bo already"},
			{"assign", `{"to":"dan"}`, 409, "the incident's catalog has no such person: \"dan\""},
			{"assign", `{}`, 422, "body"},
			{"assign", `{"to":""}`, 422, "body.to"},
			{"assign", `{"to":"bo","role":"scribe"}`, 422, "body.role"},
		},
		"responders": {
			{"responders", `{"targets":["cleo","person:bo"],"by":"ana"}`, 200, "incident.responders_added"},
			{"responders", `{"targets":["the whole company"]}`, 409, "\"the whole company\" is not a target: write person:, schedule:, team: or role: and a name"},
			{"responders", `{"targets":["team:nobody"]}`, 409, "the incident's catalog has no such team: \"nobody\""},
			{"responders", `{"targets":[]}`, 422, "body.targets"},
			{"responders", `{}`, 422, "body"},
			{"responders", `{"targets":["cleo"],"level":1}`, 422, "body.level"},
		},
		"priority": {
			{"priority", `{"priority":"P2","by":"ana"}`, 200, "incident.prioritized"},
			{"priority", `{"priority":"P2"}`, 409, "it is P2 already"},
			{"priority", `{"impact":"high","urgency":"low"}`, 409, "the catalog has no matrix of impact and urgency: name a priority"},
			{"priority", `{"priority":"P9"}`, 422, "body.priority"},
			{"priority", `{}`, 422, "body.impact"},
			{"priority", `{"impact":"high"}`, 422, "body.urgency"},
			{"priority", `{"priority":"P1","urgency":"high"}`, 422, "body.priority"},
			{"priority", `{"priority":"P1","text":"x"}`, 422, "body.text"},
		},
		"split": {
			{"split", `{"alerts":["slow"]}`, 409, "one of its alerts must stay"},
			{"split", `{"alerts":[]}`, 422, "body.alerts"},
			{"split", `{}`, 422, "body"},
			{"split", `{"alerts":["slow"],"into":"x"}`, 422, "body.into"},
		},
		"role": {
			{"role", `{"role":"scribe","person":"bo","by":"ana"}`, 200, "incident.role_assigned"},
			{"role", `{"role":"incident-manager","person":"ana"}`, 200, "incident.role_assigned"},
			{"role", `{"role":"communications","person":"cleo"}`, 200, "incident.role_assigned"},
			{"role", `{"role":"scribe"}`, 200, "incident.role_assigned"},
			{"role", `{"role":"scribe","person":"dan"}`, 409, "the incident's catalog has no such person: \"dan\""},
			{"role", `{"role":"hero","person":"bo"}`, 422, "body.role"},
			{"role", `{"person":"bo"}`, 422, "body"},
			{"role", `{"role":"scribe","to":"bo"}`, 422, "body.to"},
		},
		"task": {
			{"task-done", `{"task":1}`, 409, "the incident has no tasks"},
			{"task", `{"text":"tell\nthe vendor","owner":"bo","by":"ana"}`, 200, "incident.task_added"},
			{"task", `{"text":"x","owner":"dan"}`, 409, "the incident's catalog has no such person: \"dan\""},
			{"task", `{"text":" "}`, 422, "body.text"},
			{"task", `{}`, 422, "body"},
			{"task", `{"text":"x","task":1}`, 422, "body.task"},
			{"document", `{"title":"review","text":"# Review","by":"ana"}`, 200, "incident.document_added"},
			{"document", `{"title":" ","text":"# Review"}`, 422, "body.title"},
			{"document", `{"title":"review","text":"\n"}`, 422, "body.text"},
			{"document", `{"title":"review","text":"` + strings.Repeat("x", 48<<10+1) + `"}`, 422, "body.text"},
			{"document", `{"title":"review","text":"` + strings.Repeat(`\u003c`, 48<<10) + `"}`, 200, "incident.document_added"},
			{"document", `{"title":"review"}`, 422, "body"},
			{"task-done", `{"task":1,"by":"bo"}`, 200, "incident.task_completed"},
			{"task-done", `{"task":1}`, 409, "the task is done already"},
			{"task-done", `{"task":0}`, 422, "body.task"},
			{"task-done", `{}`, 422, "body"},
			{"task-done", `{"task":1,"text":"x"}`, 422, "body.text"},
		},
		"close": {
			{"close", `{"outcome":"great"}`, 422, "body.outcome"},
			{"close", `{}`, 422, "body"},
			{"close", `{"outcome":"fixed","priority":"P1"}`, 422, "body.priority"},
			{"close", `{"outcome":"fixed","cause":"a cold cache","by":"ana"}`, 200, "incident.closed"},
			{"close", `{"outcome":"fixed"}`, 409, "it is closed already"},
		},
		"pause": {
			{"resume", ``, 409, "its clocks are not paused"},
			{"pause", `{"for":"1h","by":"ana"}`, 200, "incident.clocks_paused"},
			{"pause", ``, 409, "its clocks are paused already"},
			{"pause", `{"for":"x"}`, 422, "body.for"},
			{"pause", `{"outcome":"fixed"}`, 422, "body.outcome"},
			{"resume", `{"by":"ana"}`, 200, "incident.clocks_resumed"},
			{"resume", `{"until":"2026-03-04T13:00:00Z"}`, 422, "body.until"},
			{"cancel-clocks", `{"by":"ana"}`, 200, "incident.clocks_cancelled"},
			{"cancel-clocks", `{"for":"1h"}`, 422, "body.for"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := apitest.Start(t)
			in := fire(t, g, "checkout", "slow")
			tell(t, g, in.ID, all)
			for _, c := range all {
				if c.status == http.StatusOK {
					require.Equal(t, 404, call(t, g, "POST", "/api/v1/incidents/nobody/"+c.verb, c.body).status, c.verb)
				}
			}
		})
	}
}

// TestOutcomes closes an incident with each outcome that the schema lets through.
func TestOutcomes(t *testing.T) {
	g := apitest.Start(t)
	for _, outcome := range strings.Fields("fixed workaround duplicate false-alarm expected unexplained") {
		in := fire(t, g, "checkout", outcome)
		tell(t, g, in.ID, []asked{{"close", `{"outcome":"` + outcome + `"}`, 200, "incident.closed"}})
	}
}

func TestUnknownVerb(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	require.Equal(t, 404, call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/explode", "").status)
}

// TestSplit takes one of two alerts out.
func TestSplit(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	call(t, g, "POST", "/api/v1/alerts", `{"service":"checkout","key":"errors","dedup_key":"slow"}`)
	got := call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/split", `{"alerts":["errors"],"title":"Checkout fails"}`)
	require.Equal(t, 200, got.status, got.body)
	var all []archive.Incident
	call(t, g, "GET", "/api/v1/incidents", "").into(t, &all)
	require.Len(t, all, 2)
	require.Equal(t, "Checkout fails", all[0].Title)
}

func TestMerge(t *testing.T) {
	require.NotEqual(t, events.Partition("checkout", apitest.Partitions), events.Partition("basket", apitest.Partitions), "the test needs two partitions")
	for name, service := range map[string]string{"in one partition": "checkout", "across partitions": "basket"} {
		t.Run(name, func(t *testing.T) {
			g := apitest.Start(t)
			one, two := fire(t, g, "checkout", "one"), fire(t, g, service, "two")
			tell(t, g, one.ID, []asked{
				{"merge", `{"into":"nobody"}`, 404, `incident "nobody": no such incident`},
				{"merge", `{}`, 422, "body"},
				{"merge", `{"into":"` + two.ID + `","to":"bo"}`, 422, "body.to"},
				{"merge", `{"into":"` + one.ID[:8] + `"}`, 409, "it cannot be merged into itself"},
			})
			got := call(t, g, "POST", "/api/v1/incidents/"+one.ID+"/merge", `{"into":"`+two.ID[:8]+`","by":"ana"}`, "Idempotency-Key", "k")
			require.Equal(t, 200, got.status, got.body)
			var out api.Outcome
			got.into(t, &out)
			require.Equal(t, one.ID, out.Incident.ID)
			require.Equal(t, "resolved", out.Incident.Status)
			require.Subset(t, names(out.Facts), []string{"incident.merged", "incident.resolved"})
			again := call(t, g, "POST", "/api/v1/incidents/"+one.ID+"/merge", `{"into":"`+two.ID+`","by":"ana"}`, "Idempotency-Key", "k")
			require.Equal(t, got.body, again.body)
			var told []archive.Entry
			call(t, g, "GET", "/api/v1/incidents/"+two.ID+"/timeline", "").into(t, &told)
			require.Contains(t, names(told), "incident.absorbed")
		})
	}
}

// TestMergeRefusedElsewhere is the answer of another partition.
func TestMergeRefusedElsewhere(t *testing.T) {
	g := apitest.Start(t)
	one, two := fire(t, g, "checkout", "one"), fire(t, g, "basket", "two")
	tell(t, g, two.ID, []asked{{"resolve", ``, 200, "incident.resolved"}})
	tell(t, g, one.ID, []asked{{"merge", `{"into":"` + two.ID + `"}`, 409, "the other incident is resolved"}})
}

// TestMergeUnderWay is told as accepted while the other partition has not answered.
func TestMergeUnderWay(t *testing.T) {
	g := apitest.Start(t)
	one, two := fire(t, g, "checkout", "one"), fire(t, g, "basket", "two")
	g.Lose("merges")
	got := call(t, g, "POST", "/api/v1/incidents/"+one.ID+"/merge", `{"into":"`+two.ID+`"}`)
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	var out api.Outcome
	got.into(t, &out)
	require.False(t, out.Done)
	require.Equal(t, []string{"merge.requested"}, names(out.Facts))
}

// TestEveryVerbHasItsOwnBody holds the OpenAPI document to what each command takes.
func TestEveryVerbHasItsOwnBody(t *testing.T) {
	g := apitest.Start(t)
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Required bool
				Content  map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct {
				Properties           map[string]json.RawMessage
				Required             []string
				AdditionalProperties bool
			}
		}
	}
	call(t, g, "GET", "/api/v1/openapi.json", "").into(t, &doc)
	for verb, want := range map[string]string{
		"acknowledge": "by note", "unacknowledge": "by note", "resolve": "by note", "reopen": "by note", "wake": "by note", "resume": "by note", "cancel-clocks": "by note", "note": "by note",
		"escalate": "by note level to up", "snooze": "by note until for", "assign": "by note to", "responders": "by note targets", "priority": "by note priority impact urgency",
		"merge": "by note into", "split": "by note alerts title", "role": "by note role person", "task": "by note text owner", "task-done": "by note task",
		"document": "by note title type text", "close": "by note outcome cause", "pause": "by note until for",
	} {
		schema := doc.Components.Schemas[strings.TrimPrefix(doc.Paths["/api/v1/incidents/{id}/"+verb]["post"].RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")]
		var fields []string
		for name := range schema.Properties {
			fields = append(fields, name)
		}
		require.ElementsMatch(t, strings.Fields(want), fields, verb)
		require.False(t, schema.AdditionalProperties, verb)
	}
	require.True(t, doc.Paths["/api/v1/incidents/{id}/snooze"]["post"].RequestBody.Required)
	require.False(t, doc.Paths["/api/v1/incidents/{id}/wake"]["post"].RequestBody.Required)
}
