package client

import (
	"context"
	"net/http"
	"net/url"
)

// Feed is where calendar programs find shifts; whoever has it can read them.
type Feed struct {
	// Path is that on the gateway. Its key is a secret.
	Path string `json:"path"`
	// URL is Path behind the address by which the client reaches the gateway.
	URL string `json:"url"`
}

// ScheduleFeed gives the feed of a schedule; rotate gives it a new path and ends the old one.
// [ErrNotFound] when there is no such schedule.
func (c *Client) ScheduleFeed(ctx context.Context, schedule string, rotate bool) (Feed, error) {
	return c.feed(ctx, "/api/v1/schedules/"+url.PathEscape(schedule)+"/feed", rotate)
}

// PersonFeed is the same for all shifts of a person.
func (c *Client) PersonFeed(ctx context.Context, person string, rotate bool) (Feed, error) {
	return c.feed(ctx, "/api/v1/people/"+url.PathEscape(person)+"/feed", rotate)
}

func (c *Client) feed(ctx context.Context, path string, rotate bool) (Feed, error) {
	method := http.MethodGet
	if rotate {
		method = http.MethodPost
	}
	var f Feed
	err := c.call(ctx, method, path, nil, nil, &f)
	f.URL = c.base + f.Path
	return f, err
}
