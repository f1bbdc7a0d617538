// Package egress is the one HTTP client for addresses that people configure, such as webhooks and calendars.
//
// In: a method, a URL, headers and a body. Out: the status, the headers and at most [MaxBody] bytes
// of the answer, where no other bound was asked for, or an [*Error] that says whether anything may have been sent.
//
// It reaches public addresses only, unless the operator allows inner ranges. The check sits in the
// dialler, after the name was resolved and before a packet leaves, so a name that changes its
// address between two look-ups gains nothing. The client follows no redirect, keeps no cookie,
// reads no proxy from the environment and asks for no compression. It sends nothing twice: only where a
// kept connection turns out to be closed before the request was taken, a new one is opened for it.
package egress
