package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// ErrRefused says that the address or URL may not be reached; asking again cannot help.
var ErrRefused = errors.New("refused by egress rules")

// Error says that no answer came. Its text never holds the URL's user, path or query, nor a byte of
// what the other side sent.
type Error struct {
	// Host is host:port as asked for; empty when the URL could not be read.
	Host string
	// Written says that the request may have reached the other side, in whole or in part.
	Written bool
	// Timeout says that time ran out or the context was cancelled.
	Timeout bool
	// Err is the cause, for errors.Is only: its own text may hold more than should be shown.
	Err error
}

// Error gives one line such as "hooks.example.com:443: connection refused".
func (e *Error) Error() string {
	if e.Host == "" {
		return e.cause()
	}
	return e.Host + ": " + e.cause()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// cause names the failure in words of our own, since the words of net/http may quote the answer.
func (e *Error) cause() string {
	var dns *net.DNSError
	switch {
	case errors.Is(e.Err, ErrRefused):
		return refusal(e.Err)
	case errors.Is(e.Err, context.Canceled):
		return "cancelled" + e.when()
	case e.Timeout:
		return "no answer in time" + e.when()
	case errors.As(e.Err, &dns):
		return "the name cannot be resolved"
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(e.Err, syscall.EHOSTUNREACH), errors.Is(e.Err, syscall.ENETUNREACH):
		return "no route to the host"
	case isTLS(e.Err):
		return "TLS failed: the certificate or the handshake was not accepted"
	default:
		return "the connection broke off" + e.when()
	}
}

func (e *Error) when() string {
	if e.Written {
		return " after the request was sent"
	}
	return " before the request was sent"
}

// refusal digs out the error made by guard: the dialler wraps it with addresses of its own.
func refusal(err error) string {
	var op *net.OpError
	for errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

func isTLS(err error) bool {
	var (
		record tls.RecordHeaderError
		alert  tls.AlertError
		verify *tls.CertificateVerificationError
		name   x509.HostnameError
		author x509.UnknownAuthorityError
		cert   x509.CertificateInvalidError
	)
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) ||
		errors.As(err, &name) || errors.As(err, &author) || errors.As(err, &cert)
}
