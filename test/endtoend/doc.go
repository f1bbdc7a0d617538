// Package endtoend asks the built programs what their users would ask: by the command line, by HTTP,
// and on NATS.
//
// In: scripts under testdata/script, and Go tests where a script would be awkward. Out: nothing but
// verdicts. Every process is real, on a folder of its own and on loopback ports; the receiver of
// pages lives in the test. Nothing here looks into a service.
//
//	go test ./test/endtoend -run TestScripts/kill
package endtoend
