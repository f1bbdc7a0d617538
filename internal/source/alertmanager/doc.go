// Package alertmanager reads what Prometheus and Alertmanager send: the webhook of version 4 (and
// the older ones that look alike), and the array that POST /api/v2/alerts takes.
//
// In: a body. Out: alerts and faults. An alert is named by its labels alone, through
// [source.KeyOf], so an alert that comes by both doors is one alert; the sender's fingerprint counts
// only where there are no labels. Unknown fields are ignored, because senders shape their own
// payloads. It never infers that an alert is over from its absence.
package alertmanager
