// Package crash kills real processes for real and then asks whether the promises were kept.
//
// In: a number of kills and alerts, a seed. Out: one line of figures for each scenario, or the first
// broken law with the seed and the folder that holds every log. All of Tocsin runs as built
// programs; the sender of alerts and the receiver of pages live in the test. It never kills a
// process that it did not start, and it looks into no service: what it knows comes from the
// streams, the API, the archive's file and the receiver's own ledger.
//
//	go test ./test/crash -run TestCrash -kills 200 -alerts 20000 -timeout 60m
package crash
