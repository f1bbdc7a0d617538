package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// Feed is where calendar programs find shifts. Whoever has the path can read them, without a token.
type Feed struct {
	Path string `json:"path" doc:"of the feed on this gateway; its key is a secret"`
}

// The kinds of feeds, as their paths name them.
const (
	scheduleFeed = "schedules"
	personFeed   = "people"
)

// The key of a feed is an HMAC of its name under a secret of its own, which lies in the blob store:
// every gateway finds it there, one feed's key opens no other, and a new secret ends the old key.
const (
	feedBlob   = "feed."
	feedSecret = 32 // bytes
)

// errNoFeed says that nobody has asked for the feed yet.
var errNoFeed = errors.New("no such feed")

func (s *server) feeds(api huma.API, mux *http.ServeMux) {
	for kind, one := range map[string]string{scheduleFeed: "schedule", personFeed: "person"} {
		path := "/api/v1/" + kind + "/{id}/feed"
		huma.Register(api, huma.Operation{
			OperationID: "show-" + one + "-feed", Method: http.MethodGet, Path: path, Summary: "Where calendar programs find the shifts", Tags: []string{"oncall"},
			Description: "The first question makes the feed. It has the shifts of the past 4 weeks and of the next 26.",
		}, func(ctx context.Context, in *FeedNamed) (*struct{ Body Feed }, error) {
			return s.showFeed(ctx, kind, in.ID, s.feedKey)
		})
		huma.Register(api, huma.Operation{
			OperationID: "rotate-" + one + "-feed", Method: http.MethodPost, Path: path, Summary: "Give the feed a new path; the old one ends", Tags: []string{"oncall"},
		}, func(ctx context.Context, in *FeedNamed) (*struct{ Body Feed }, error) {
			return s.showFeed(ctx, kind, in.ID, s.newFeedKey)
		})
	}
	mux.HandleFunc("GET /ical/{key}/{kind}/{file}", s.serveFeed)
}

// FeedNamed names what a feed is about.
type FeedNamed struct {
	ID string `path:"id" doc:"the schedule's or the person's id"`
}

func (s *server) showFeed(
	ctx context.Context, kind, id string, keyOf func(ctx context.Context, kind, id string) (string, error),
) (*struct{ Body Feed }, error) {
	r, err := s.rota(ctx)
	switch {
	case err != nil:
		return nil, err
	case s.Blobs == nil:
		return nil, huma.Error501NotImplemented("this gateway has no feeds")
	case !r.has(kind, id):
		return nil, huma.Error404NotFound("the catalog has nothing of that name: " + id)
	}
	key, err := keyOf(ctx, kind, id)
	if errors.Is(err, errNoFeed) {
		key, err = s.newFeedKey(ctx, kind, id)
	}
	if err != nil {
		s.Log.Error("feed not found", zap.String("feed", kind+"/"+id), zap.Error(err))
		return nil, retryLater(huma.Error503ServiceUnavailable("the bus does not answer"))
	}
	return &struct{ Body Feed }{Feed{Path: "/ical/" + key + "/" + kind + "/" + id + ".ics"}}, nil
}

// feedKey returns the present key of a feed; [errNoFeed] when there is none.
func (s *server) feedKey(ctx context.Context, kind, id string) (string, error) {
	secret, err := s.Blobs.Get(ctx, feedBlob+kind+"."+id)
	if errors.Is(err, bus.ErrNotFound) {
		return "", errNoFeed
	}
	if err == nil && len(secret) != feedSecret {
		err = fmt.Errorf("the secret of feed %s/%s is damaged", kind, id)
	}
	if err != nil {
		return "", err
	}
	return feedMAC(secret, kind, id), nil
}

func feedMAC(secret []byte, kind, id string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(kind + "/" + id)) //nolint:errcheck // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// newFeedKey draws a secret. It reads back what was stored: of two gateways that draw at once, one
// is overruled.
func (s *server) newFeedKey(ctx context.Context, kind, id string) (string, error) {
	secret := make([]byte, feedSecret)
	rand.Read(secret) //nolint:errcheck // it never fails; it ends the process instead
	if err := s.Blobs.Put(ctx, feedBlob+kind+"."+id, secret); err != nil {
		return "", err
	}
	return s.feedKey(ctx, kind, id)
}

// serveFeed answers everything that has not the right key with the same words, and the right key
// with the shifts.
func (s *server) serveFeed(w http.ResponseWriter, r *http.Request) {
	kind, shown := r.PathValue("kind"), r.PathValue("key")
	id, named := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !named || s.Blobs == nil || kind != scheduleFeed && kind != personFeed || events.CheckID(id) != nil {
		writeProblem(w, http.StatusNotFound, nothingHere)
		return
	}
	key, err := s.feedKey(r.Context(), kind, id)
	if err != nil && !errors.Is(err, errNoFeed) {
		s.Log.Error("feed not served", zap.String("feed", kind+"/"+id), zap.Error(err))
		w.Header().Set("Retry-After", "60")
		writeProblem(w, http.StatusServiceUnavailable, "try again later")
		return
	}
	if !hmac.Equal([]byte(key), []byte(shown)) || err != nil {
		writeProblem(w, http.StatusNotFound, nothingHere)
		return
	}
	s.writeFeed(w, r, kind, id)
}

const nothingHere = "there is nothing here"

func (s *server) writeFeed(w http.ResponseWriter, r *http.Request, kind, id string) {
	all, err := s.rota(r.Context())
	switch {
	case err != nil:
		w.Header().Set("Retry-After", "60")
		writeProblem(w, http.StatusServiceUnavailable, "try again later")
		return
	case !all.has(kind, id): // gone from the catalog
		writeProblem(w, http.StatusNotFound, nothingHere)
		return
	}
	body := all.calendar(kind, id, s.Clock())
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="`+id+`.ics"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
