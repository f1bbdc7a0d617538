package exports

import (
	"time"

	"tocsin.dev/internal/insight/shadow"
)

// opsgenieAlert is one alert of List Alerts, with the answers of List Alert Recipients and List Alert
// Logs put into it under these names, since Opsgenie gives them apart.
type opsgenieAlert struct {
	ID        string `json:"id"`
	TinyID    string `json:"tinyId"`
	Alias     string `json:"alias"`
	Message   string `json:"message"`
	Status    string `json:"status"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
	Source    string `json:"source"`
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
		ID       string `json:"id"`
		Username string `json:"username"`
	} `json:"user"`
	State     string `json:"state"`
	Method    string `json:"method"`
	CreatedAt string `json:"createdAt"`
}

// Opsgenie reads alerts as List Alerts gives them: {"data": […]}, a list, or one alert after the other; each
// with "recipients", the "data" of List Alert Recipients. A recipient whose state is "notactive" was
// not notified. Where no alert has recipients, nobody is known to have been paged.
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
	if one.Alias == one.ID { // without an alias of its own it gets its id
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

// milliseconds keeps a length within what a duration holds.
func milliseconds(n int64) time.Duration {
	const most = int64(100 * 365 * 24 * time.Hour / time.Millisecond)
	return time.Duration(min(n, most)) * time.Millisecond
}
