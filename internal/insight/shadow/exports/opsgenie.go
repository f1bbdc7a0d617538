package exports

import (
	"time"

	"tocsin.dev/internal/insight/shadow"
)

// opsgenieAlert is one alert of List Alerts, with the result of List Alert Recipients, a separate request,
// added as recipients.
type opsgenieAlert struct {
	ID        string `json:"id"`
	Alias     string `json:"alias"`
	Message   string `json:"message"`
	CreatedAt string `json:"createdAt"`
	Entity    string `json:"entity"`
	Report    struct {
		AckTime        *int64 `json:"ackTime"`   // milliseconds after createdAt
		CloseTime      *int64 `json:"closeTime"` // the same
		AcknowledgedBy string `json:"acknowledgedBy"`
		ClosedBy       string `json:"closedBy"`
	} `json:"report"`
	Recipients []opsgenieRecipient `json:"recipients"`
}

type opsgenieRecipient struct {
	User struct {
		Username string `json:"username"`
	} `json:"user"`
	State     string `json:"state"`
	Method    string `json:"method"`
	CreatedAt string `json:"createdAt"`
}

// Opsgenie parses alerts as List Alerts returns them: {"data": […]}, a list, or one alert after the other;
// each with "recipients", the "data" of List Alert Recipients. A recipient whose state is "notactive" was
// not notified.
func Opsgenie(files [][]byte, _ Options) ([]shadow.Alert, error) {
	var out []*shadow.Alert
	var wrong faults
	known := map[string]bool{}
	for n, file := range files {
		at := where{file: n, files: len(files)}
		err := documents(file, at, []string{"alerts"}, func(_ string, o object) error {
			a, id := opsgenieOne(o, &wrong)
			if a != nil && !known[id] { // pages of answers may overlap
				known[id] = true
				out = append(out, a)
			}
			return nil
		})
		if err != nil {
			wrong.add("%w", err)
		}
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return sorted(out), nil
}

func opsgenieOne(o object, wrong *faults) (*shadow.Alert, string) {
	var one opsgenieAlert
	if err := o.read(&one); err != nil {
		wrong.add("%w", err)
		return nil, ""
	}
	if one.ID == "" {
		wrong.add("%s: id is missing: is this an alert of Opsgenie?", o.where)
		return nil, ""
	}
	o.what = "alert " + one.ID
	opened, err := o.instant("createdAt", one.CreatedAt)
	if err != nil {
		wrong.add("%w", err)
		return nil, ""
	}
	a := &shadow.Alert{ID: one.ID, Key: one.Alias, Title: one.Message, Service: one.Entity, Opened: opened}
	if one.Alias == one.ID { // the default of an alert without an alias
		a.Key = ""
	}
	switch r := one.Report; {
	case r.AckTime != nil && *r.AckTime > 0:
		a.Answered, a.AnsweredBy = opened.Add(milliseconds(*r.AckTime)), r.AcknowledgedBy
	case r.CloseTime != nil && *r.CloseTime > 0:
		a.Answered, a.AnsweredBy = opened.Add(milliseconds(*r.CloseTime)), r.ClosedBy
	}
	for _, r := range one.Recipients {
		if r.State == "notactive" || r.User.Username == "" {
			continue
		}
		at, err := o.instant("recipients.createdAt", r.CreatedAt)
		if err != nil {
			wrong.add("%w", err)
			continue
		}
		a.Pages = append(a.Pages, shadow.Page{Person: r.User.Username, At: at, Via: r.Method})
	}
	return a, one.ID
}

// milliseconds converts n without overflow.
func milliseconds(n int64) time.Duration {
	const most = int64(100 * 365 * 24 * time.Hour / time.Millisecond)
	return time.Duration(min(n, most)) * time.Millisecond
}
