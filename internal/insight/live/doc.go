// Package live follows an archive and answers questions about all of it: reports with the catalog in
// force, and the suggestions for an incident.
//
// In: the facts of an archive, read once a process, and the catalog in force. Out: reports and
// suggestions by [History], and numbers for Prometheus by [Gauges].
//
// The package stores nothing: a new process reads the archive from its beginning.
package live
