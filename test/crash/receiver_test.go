package crash

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel/webhook"
)

// How the receiver means to answer; 2xx, 5xx or not at all.
const (
	answerCut = 0
	answerOK  = http.StatusOK
	answerBad = http.StatusInternalServerError
)

// received is one line of the receiver's ledger.
type received struct {
	At       time.Time `json:"at"` // arrival
	ID       string    `json:"id"` // header webhook-id
	Page     string    `json:"page"`
	Incident string    `json:"incident"`
	Service  string    `json:"service"`
	Target   string    `json:"target"`
	Level    int       `json:"level"`
	Repeat   bool      `json:"repeat"` // it says of itself that it may be one
	Answer   int       `json:"answer"` // a status, or 0 for a connection that is cut
}

// receiver takes webhooks. Each request is on disk before it is answered, so that nothing that a
// notifier believes to be delivered can be missing here.
type receiver struct {
	url   string
	quiet atomic.Bool
	disk  chan line

	mu   sync.Mutex
	draw *rand.Rand
	all  []received
}

// line is one entry on its way to the disk.
type line struct {
	entry received
	done  chan struct{}
}

func newReceiver(t *testing.T, path string, draw *rand.Rand) *receiver {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback answers at once
	require.NoError(t, err)
	r := &receiver{url: "http://" + listener.Addr().String(), draw: draw, disk: make(chan line, 1024)}
	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) //nolint:errcheck // it ends with the test
	written := make(chan error, 1)
	go func() { written <- r.write(file) }()
	t.Cleanup(func() {
		late, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, server.Shutdown(late)) // the processes are gone; requests under way end
		close(r.disk)
		require.NoError(t, <-written)
		require.NoError(t, file.Close())
	})
	return r
}

// write puts lines on disk, as many as wait by one sync.
func (r *receiver) write(file *os.File) error {
	for first := range r.disk {
		group := []line{first}
		for more := true; more; {
			select {
			case l, open := <-r.disk:
				if more = open; open {
					group = append(group, l)
				}
			default:
				more = false
			}
		}
		var text []byte
		for _, l := range group {
			b, err := json.Marshal(l.entry)
			if err != nil {
				return err
			}
			text = append(append(text, b...), '\n')
		}
		if _, err := file.Write(text); err != nil {
			return err
		}
		if err := file.Sync(); err != nil {
			return err
		}
		r.mu.Lock()
		for _, l := range group {
			r.all = append(r.all, l.entry)
		}
		r.mu.Unlock()
		for _, l := range group {
			close(l.done)
		}
	}
	return nil
}

// calm ends the receiver's bad manners.
func (r *receiver) calm() { r.quiet.Store(true) }

// snapshot returns everything on disk so far.
func (r *receiver) snapshot() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.all...)
}

// manner draws the answer to one request, and how long it takes.
func (r *receiver) manner() (answer int, slow time.Duration) {
	if r.quiet.Load() {
		return answerOK, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch n := r.draw.IntN(100); {
	case n < 4:
		return answerBad, 0
	case n < 7:
		return answerCut, 0
	case n < 25:
		return answerOK, 50 * time.Millisecond
	default:
		return answerOK, 0
	}
}

// ServeHTTP notes the request and answers as drawn.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	at := time.Now()
	var body webhook.Body
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest) // a sender that died while it wrote: nothing was received
		return
	}
	answer, slow := r.manner()
	d := body.Data
	l := line{done: make(chan struct{}), entry: received{
		At: at, ID: q.Header.Get("webhook-id"), Page: d.Page, Incident: d.Incident, Service: d.Service,
		Target: d.Target, Level: d.Level, Repeat: d.PossibleRepeat, Answer: answer,
	}}
	r.disk <- l
	<-l.done
	if slow > 0 {
		<-time.After(slow)
	}
	if answer == answerCut {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(answer)
}
