// Package measure has what every summary of incidents is made with: periods, hours of the day,
// distributions of durations, and shares.
//
// In: instants, durations and counts, and the words in which a person names a period. Out: values that
// marshal into the JSON of reports. It knows nothing of incidents, reads no clock and does no I/O.
package measure
