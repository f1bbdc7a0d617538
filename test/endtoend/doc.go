// Package endtoend tests the built programs as their users use them: with the command line, over HTTP, and on
// NATS.
//
// In: scripts in testdata/script, and Go tests where a script would be awkward. Every process is real, with its
// own folder and loopback ports; the receiver of pages runs in the test. No test looks inside a service.
//
//	go test ./test/endtoend -run TestScripts/kill
package endtoend
