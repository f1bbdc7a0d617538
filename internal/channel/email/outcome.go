package email

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"tocsin.dev/internal/channel"
)

// notConnected is the result of a failure before MAIL: nothing was sent.
func notConnected(ctx context.Context, err error) channel.Result {
	var reply *textproto.Error
	switch {
	case errors.As(err, &reply):
		return replied(reply.Code)
	case errors.Is(err, smtp.ErrUnencrypted):
		return channel.Result{Outcome: channel.Permanent, Reason: "the server offers no TLS, and the password is not sent without it"}
	case ctx.Err() != nil:
		return channel.Result{Outcome: channel.Retryable, Reason: ended(ctx) + " before the mail was sent"}
	default:
		return channel.Result{Outcome: channel.Retryable, Reason: "the mail server cannot be reached, or its TLS or login failed"}
	}
}

// notSent is the result of a failure while sending. After DATA only a reply is certain: the server may
// have accepted the mail before the connection broke.
func notSent(ctx context.Context, err error) channel.Result {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return channel.Result{Outcome: channel.Unknown, Reason: "the connection broke without a reply"}
	}
	if code := failed.ErrorCode(); code != 0 {
		return replied(code)
	}
	switch failed.Reason {
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return channel.Result{Outcome: channel.Permanent, Reason: "the mail cannot be addressed"}
	case gomail.ErrWriteContent, gomail.ErrSMTPDataClose, gomail.ErrSMTPReset, gomail.ErrAmbiguous:
		return channel.Result{Outcome: channel.Unknown, Reason: broke(ctx) + " after the mail was sent"}
	default:
		return channel.Result{Outcome: channel.Retryable, Reason: broke(ctx) + " before the mail was sent"}
	}
}

// replied is the result of a reply code: 4xx is temporary, 5xx permanent.
func replied(code int) channel.Result {
	r := channel.Result{Outcome: channel.Retryable, Reason: fmt.Sprintf("the mail server answered %d", code)}
	if code >= 500 {
		r.Outcome = channel.Permanent
	}
	return r
}

func broke(ctx context.Context) string {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return "the connection broke"
}

func ended(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "timed out"
	}
	return "cancelled"
}
