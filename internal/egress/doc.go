// Package egress is the one HTTP client for addresses that people configure, such as webhooks and calendars.
//
// In: a method, a URL, headers and a body. Out: the status, the headers and the start of the body, by
// default [MaxBody] bytes, or an [*Error] that says whether anything may have been sent.
//
// It reaches only public addresses, unless the operator allows others. The check is in the dialer, after
// name resolution and before a packet leaves, so a name that changes its address between two lookups gains
// nothing. The client follows no redirects, keeps no cookies, ignores proxies in the environment and
// accepts no compression. It sends nothing twice, except that it opens a new connection if a kept one was
// closed before the request was sent.
package egress
