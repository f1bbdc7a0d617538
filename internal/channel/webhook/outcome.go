package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/egress"
)

// maxWait caps Retry-After: a page is useless a day later.
const maxWait = time.Hour

func permanent(reason string) channel.Result {
	return channel.Result{Outcome: channel.Permanent, Reason: reason}
}

// failureResult is the result of an exchange without an answer. Only a request that certainly was not
// sent is safe to retry.
func failureResult(err error) channel.Result {
	r := channel.Result{Outcome: channel.Retryable, Reason: err.Error()}
	var e *egress.Error
	switch {
	case errors.Is(err, egress.ErrRefused):
		r.Outcome = channel.Permanent
	case errors.As(err, &e) && e.Written:
		r.Outcome = channel.Unknown
	}
	return r
}

// answerResult is the result of an answer by its status.
func answerResult(a egress.Response, now time.Time) channel.Result {
	switch s := a.Status; {
	case s >= 200 && s < 300:
		return channel.Result{Outcome: channel.Accepted}
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		return channel.Result{Outcome: channel.Retryable, Reason: status(s), RetryAfter: retryAfter(a.Header.Get("Retry-After"), now)}
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s >= 500:
		return channel.Result{Outcome: channel.Retryable, Reason: status(s)}
	case s == http.StatusGone:
		return permanent(status(s) + ": the receiver accepts no more pages at this URL")
	case s >= 300 && s < 400:
		return permanent(status(s) + ": redirects are not followed")
	default:
		return permanent(status(s))
	}
}

// status describes a status without the receiver's reason phrase, which may contain anything.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("the receiver answered %d %s", code, http.StatusText(code)))
}

// retryAfter parses seconds or an HTTP date; zero if it is neither or in the past.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return maxWait // too many digits
		}
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxWait)
}
