package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// ErrRefused says that the address or URL must not be reached; retrying cannot help.
var ErrRefused = errors.New("refused by egress rules")

// Error says that there was no response. Its text never contains the URL's user, path or query, nor
// anything that the server sent.
type Error struct {
	// Host is host:port of the URL; empty if the URL is not valid.
	Host string
	// Written says that the request may have reached the server, in whole or in part.
	Written bool
	// Timeout says that the request timed out or the context was cancelled.
	Timeout bool
	// Err is the cause, for errors.Is only: its text may contain more than should be shown.
	Err error
}

// Error returns one line such as "hooks.example.com:443: connection refused".
func (e *Error) Error() string {
	if e.Host == "" {
		return e.cause()
	}
	return e.Host + ": " + e.cause()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// cause describes the failure without the text of net/http, which may quote the response.
func (e *Error) cause() string {
	switch {
	case errors.Is(e.Err, ErrRefused):
		return refusal(e.Err)
	case errors.Is(e.Err, context.Canceled):
		return "cancelled" + e.when()
	case e.Timeout:
		return "no answer in time" + e.when()
	case is[*net.DNSError](e.Err):
		return "the name cannot be resolved"
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(e.Err, syscall.EHOSTUNREACH), errors.Is(e.Err, syscall.ENETUNREACH):
		return "no route to the host"
	case isTLS(e.Err):
		return "TLS failed: the certificate or the handshake was not accepted"
	default:
		return "the connection broke" + e.when()
	}
}

func (e *Error) when() string {
	if e.Written {
		return " after the request was sent"
	}
	return " before the request was sent"
}

// refusal unwraps the error of guard, which the dialer wraps with addresses.
func refusal(err error) string {
	var op *net.OpError
	for errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

func isTLS(err error) bool {
	return is[tls.RecordHeaderError](err) || is[tls.AlertError](err) || is[*tls.CertificateVerificationError](err) ||
		is[x509.HostnameError](err) || is[x509.UnknownAuthorityError](err) || is[x509.CertificateInvalidError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
