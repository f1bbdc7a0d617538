// Package bus is the port to the event log that all services share.
//
// In: messages to append. Out: messages in the order in which they were stored. The log is split
// into streams (INTAKE, LEDGER, DELIVERIES, EVENTS) and each stream into partitions; a partition
// is one ordered sequence. Whoever decides appends behind a fence, the sequence of the message it believes
// to be the last. That check, not a lock, keeps a stale owner out.
//
// The port never decides who may write, never retries and never drops a message.
package bus

import (
	"context"
	"errors"
	"time"
)

// Errors that a caller must tell apart. Every other error of [Log.Append] and
// [Announcer.Announce] means "uncertain": the message may have been stored or not.
var (
	// ErrFenced says that the partition's last message is not the one that the caller named.
	ErrFenced = errors.New("fenced: another message was appended first")
	// ErrEmpty says that the partition has no message.
	ErrEmpty = errors.New("partition is empty")
	// ErrNotFound says that no blob has that name.
	ErrNotFound = errors.New("not found")
	// ErrHeld says that somebody else holds the lease.
	ErrHeld = errors.New("lease is held by another")
	// ErrFull says that the stream accepts no messages until there is space again.
	ErrFull = errors.New("storage is full")
)

// Stream is one of the logs.
type Stream int

// The streams.
const (
	Intake Stream = iota
	Ledger
	Deliveries
	Events
)

// String returns the stream's name for logs and metrics.
func (s Stream) String() string { return [...]string{"intake", "ledger", "deliveries", "events"}[s] }

// All stands for every partition of a stream.
const All = -1

// Message is one entry of a stream.
type Message struct {
	// Subject is where it is published, or was found.
	Subject string
	// ID makes a publish safe to repeat: within the window the same id is stored once. May be empty.
	ID string
	// Header has case-sensitive names. May be nil.
	Header map[string][]string
	Body   []byte

	// Seq is the sequence in the stream, from 1. Set when read.
	Seq uint64
	// Partition it belongs to. Set when read.
	Partition int
	// At is when it was stored. Set when read.
	At time.Time
}

// Get returns the first header value under exactly that name.
func (m Message) Get(name string) string {
	if v := m.Header[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Publisher publishes to INTAKE, where anybody may.
type Publisher interface {
	// Publish returns nil only when the message is as durable as the operator chose. [ErrFull] when
	// there is no space. After any other error the caller may publish again under the same ID.
	Publish(ctx context.Context, m Message) error
}

// Reader reads a partition, or a whole stream, in order from a sequence on.
type Reader interface {
	// Poll returns up to max messages that have arrived, without waiting; none when none have.
	// An error ends the reader: open another from the last sequence seen.
	Poll(max int) ([]Message, error)
	// Ready is signalled when Poll may have something to return, an error included.
	Ready() <-chan struct{}
	// Close frees the reader's resources. It may be called twice.
	Close()
}

// Log is what an owner of partitions needs: read in order, append behind the fence.
type Log interface {
	// Read opens a reader of partition (or [All]) from the first message after seq on.
	Read(ctx context.Context, s Stream, partition int, after uint64) (Reader, error)
	// Last returns the newest message of the partition as the leader knows it, or [ErrEmpty].
	Last(ctx context.Context, s Stream, partition int) (Message, error)
	// Newest returns the sequence of the newest message of the partition (or of [All]) as the leader
	// knows it; 0 when there is none.
	Newest(ctx context.Context, s Stream, partition int) (uint64, error)
	// Append stores m as the next message of the partition if the partition's last sequence is
	// after (0 = empty), and returns its sequence. [ErrFenced] is definite; see above for other errors.
	Append(ctx context.Context, s Stream, partition int, after uint64, m Message) (uint64, error)
}

// Announcer publishes many messages to EVENTS at once, all or none, behind a fence of its own.
type Announcer interface {
	// Told returns how far partition p has been published: the position it carried, and the fence.
	// Both are 0 when nothing has been published yet.
	Told(ctx context.Context, p int) (position, fence uint64, err error)
	// Announce stores all messages together with the new position if the fence still holds, and
	// returns the next fence. [ErrFenced] is definite. At most MaxAnnounce messages.
	Announce(ctx context.Context, p int, fence, position uint64, all []Message) (uint64, error)
}

// MaxAnnounce is the most messages that one [Announcer.Announce] may carry.
const MaxAnnounce = 900

// Leases say which instance should own something; only the fence decides which may write.
type Leases interface {
	// Hold takes the lease, or renews it, for owner. [ErrHeld] when another holds it.
	Hold(ctx context.Context, name, owner string) error
	// Release ends a lease at once if owner holds it.
	Release(ctx context.Context, name, owner string) error
	// Held lists the live leases whose name starts with prefix, and their owners.
	Held(ctx context.Context, prefix string) (map[string]string, error)
}

// Blobs keep what is too large for a message: catalogs and snapshots.
type Blobs interface {
	// Put stores bytes under a name, replacing earlier ones.
	Put(ctx context.Context, name string, b []byte) error
	// Get returns the bytes, or [ErrNotFound].
	Get(ctx context.Context, name string) ([]byte, error)
}

// Bus has all of the above.
type Bus interface {
	Publisher
	Log
	Announcer
	Leases
	Blobs
	// Partitions returns the numbers of partitions of services and of targets. Both are fixed for life.
	Partitions() (services, targets int)
	// Installation identifies these streams among all that were ever created, so that ids derived from
	// sequences in them are unique. Fixed for life.
	Installation() string
}
