package client

import (
	"context"
	"net/http"
	"net/url"
)

// Feed is an address to which calendar programs subscribe. Anyone who has it can read the shifts.
type Feed struct {
	// Path is the path on the gateway. It contains a secret key.
	Path string `json:"path"`
	// URL is Path with the client's base URL.
	URL string `json:"url"`
}

// ScheduleFeed returns the feed of a schedule. rotate creates a new path and disables the old one. The error is
// [ErrNotFound] if there is no such schedule.
func (c *Client) ScheduleFeed(ctx context.Context, schedule string, rotate bool) (Feed, error) {
	return c.feed(ctx, "/api/v1/schedules/"+url.PathEscape(schedule)+"/feed", rotate)
}

// PersonFeed is [Client.ScheduleFeed] for all shifts of a person.
func (c *Client) PersonFeed(ctx context.Context, person string, rotate bool) (Feed, error) {
	return c.feed(ctx, "/api/v1/people/"+url.PathEscape(person)+"/feed", rotate)
}

func (c *Client) feed(ctx context.Context, path string, rotate bool) (Feed, error) {
	method := http.MethodGet
	if rotate {
		method = http.MethodPost
	}
	f, err := send[Feed](ctx, c, method, path, nil)
	f.URL = c.base + f.Path
	return f, err
}
