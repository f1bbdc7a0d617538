// Package history turns what other systems remember into what Tocsin would have been asked: a
// foreign history becomes intake facts, in order of time.
//
// In: an export, such as the CSV of ServiceNow's audited incidents. Out: CloudEvents of INTAKE,
// which [Read] reads again from a file of one event on each line. A command names its incident by
// the foreign number, which is the key of the alert that opened it: who reads a history finds the
// incident by that.
//
// The package never judges what it reads by today's catalog, fills in nothing that the export does
// not say, reads no clock and draws no id: the same export always gives the same bytes.
package history
