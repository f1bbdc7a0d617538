package jetstream

import (
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// User is a part of Tocsin, or a person's tool, as NATS knows it. Each has a key of its own and
// may use only the subjects that its work needs.
type User string

// The users.
const (
	Gateway  User = "gateway"  // puts what was asked on INTAKE, stores catalogs
	Engine   User = "engine"   // decides: writes LEDGER and EVENTS
	Notifier User = "notifier" // delivers: writes DELIVERIES and receipts
	Recorder User = "recorder" // reads LEDGER, follows suggestions with commands
	// Replayer is for `tocsin replay`: it reads every stream and bucket, and writes TOCSIN_REPLAY.
	Replayer User = "replayer"
	// Reader is for `tocsin watch` and for dashboards: it reads every stream and writes none.
	Reader User = "reader"
	// Publisher is for monitoring systems: it publishes alerts and commands and reads nothing.
	Publisher User = "publisher"
	// process is for the services that run in the server's own process: all of theirs together. Its key is
	// made at each start and never written to disk.
	process User = "process"
	// Admin may do everything, also what no service may: purge and delete streams and messages.
	Admin User = "admin"
)

// Users returns all users that have a key of their own on disk.
func Users() []User {
	return []User{Gateway, Engine, Notifier, Recorder, Replayer, Reader, Publisher, Admin}
}

// InboxPrefix returns where answers to the user's requests arrive. Nobody else may listen there.
func (u User) InboxPrefix() string { return "_INBOX_" + string(u) }

// allSubjects is the wildcard for everything.
const allSubjects = ">"

// permissions returns what the user may publish and subscribe to.
func (u User) permissions() *server.Permissions {
	if u == Admin {
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{allSubjects}},
			Subscribe: &server.SubjectPermission{Allow: []string{allSubjects}},
		}
	}
	hears := []string{u.InboxPrefix() + ".>"}
	if u.guest() { // the NATS CLI and plain clients work without settings of their own
		hears = []string{"_INBOX.>"}
	}
	if u == Reader {
		hears = append(hears, publicSubjects()...)
	}
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: u.publishes()},
		Subscribe: &server.SubjectPermission{Allow: hears},
	}
}

func (u User) publishes() []string {
	logs := []bus.Stream{bus.Intake, bus.Ledger, bus.Deliveries, bus.Events}
	switch u {
	case Gateway:
		return slices.Concat([]string{events.SubjectIntake + ".>"}, openStreams(), useLeases(), useBlobs(), read(logs...))
	case Engine:
		return slices.Concat([]string{
			events.SubjectIntake + ".>", events.SubjectLedger + ".*", events.SubjectTold + ".*",
			events.SubjectIncidents + ".>", events.SubjectEscalations + ".>", events.SubjectPages + ".>",
		}, openStreams(), useLeases(), useBlobs(), read(logs...))
	case Notifier:
		return slices.Concat([]string{events.SubjectIntake + ".>", events.SubjectDeliveries + ".*"}, openStreams(), useLeases(), useBlobs(), read(logs...))
	case Recorder:
		return slices.Concat([]string{events.SubjectIntake + ".>"}, openStreams(), useLeases(), useBlobs(), read(logs...))
	case process:
		return slices.Concat(Gateway.publishes(), Engine.publishes(), Notifier.publishes(), Recorder.publishes())
	case Replayer:
		return slices.Concat([]string{
			apiPrefix + "INFO", apiPrefix + "STREAM.CREATE." + events.StreamReplay, events.SubjectReplay + ".>",
		}, readBuckets(), readStream(events.StreamReplay), read(logs...))
	case Reader:
		return append(read(logs...), apiPrefix+"INFO", apiPrefix+"STREAM.NAMES", apiPrefix+"STREAM.LIST")
	case Publisher:
		return []string{events.SubjectAlerts + ".*", events.SubjectCommands + ".*"}
	default:
		return []string{}
	}
}

// publicSubjects are what teams may subscribe to: the facts on EVENTS as they are published.
func publicSubjects() []string {
	return []string{events.SubjectIncidents + ".>", events.SubjectEscalations + ".>", events.SubjectPages + ".>"}
}

// guest says whether the user lives in the account of guests. A server answers whatever reply subject a
// request names, also one that the requester may not publish to: by that, a publisher could put an
// acknowledgement, and a reader any message, on LEDGER. Answers to another account go through a
// service import and reach the requester only.
func (u User) guest() bool { return u == Reader || u == Publisher }

const apiPrefix = "$JS.API."

// read is what it takes to read streams from any position. None of it changes what is stored.
func read(streams ...bus.Stream) (all []string) {
	for _, s := range streams {
		all = append(all, readStream(streamName(s))...)
	}
	return all
}

func readStream(name string) []string {
	return []string{
		apiPrefix + "STREAM.INFO." + name,
		apiPrefix + "CONSUMER.NAMES." + name, apiPrefix + "CONSUMER.LIST." + name,
		apiPrefix + "STREAM.MSG.GET." + name,
		apiPrefix + "DIRECT.GET." + name, apiPrefix + "DIRECT.GET." + name + ".>",
		apiPrefix + "CONSUMER.CREATE." + name, apiPrefix + "CONSUMER.CREATE." + name + ".>",
		apiPrefix + "CONSUMER.INFO." + name + ".*",
		apiPrefix + "CONSUMER.MSG.NEXT." + name + ".*",
		apiPrefix + "CONSUMER.DELETE." + name + ".*",
		"$JS.ACK." + name + ".>", "$JS.ACK.*.*." + name + ".>", // both forms of the subject, see the server's js_ack_fc_v2
		"$JS.FC." + name + ".>",
	}
}

// openStreams is what it takes to make the streams and buckets where they are missing.
func openStreams() []string {
	all := []string{apiPrefix + "INFO"}
	for _, name := range []string{
		events.StreamIntake, events.StreamLedger, events.StreamDeliveries, events.StreamEvents,
		"KV_" + bucketLeases, "OBJ_" + bucketBlobs,
	} {
		all = append(all, apiPrefix+"STREAM.CREATE."+name)
	}
	return all
}

// useLeases is what it takes to hold, watch and release leases.
func useLeases() []string {
	return append(readStream("KV_"+bucketLeases), "$KV."+bucketLeases+".>")
}

// useBlobs is what it takes to store and load catalogs and snapshots. A blob that is replaced leaves
// chunks behind, which its writer purges.
func useBlobs() []string {
	stream := "OBJ_" + bucketBlobs
	return append(readStream(stream), "$O."+bucketBlobs+".>", apiPrefix+"STREAM.PURGE."+stream)
}

func readBuckets() []string {
	return append(readStream("KV_"+bucketLeases), readStream("OBJ_"+bucketBlobs)...)
}

// Keys holds the seed of each user's key.
type Keys map[User]string

// NewKey returns the seed of a new user key.
func NewKey() (string, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	seed, err := pair.Seed()
	return string(seed), err
}

// UserKey returns the options with which a connection proves to be a user.
func UserKey(user User, seed string) ([]nats.Option, error) {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
	}
	opts := []nats.Option{nats.Nkey(public, pair.Sign)}
	if !user.guest() {
		opts = append(opts, nats.CustomInboxPrefix(user.InboxPrefix()))
	}
	return opts, nil
}

// guestAccount is the account of readers and publishers.
const guestAccount = "GUESTS"

// admitGuests opens to the account of guests what its users may request, and nothing else.
func admitGuests(srv *server.Server) error {
	home := srv.GlobalAccount()
	guests, err := srv.LookupAccount(guestAccount)
	if err != nil {
		return err
	}
	for _, subject := range publicSubjects() {
		if err := home.AddStreamExport(subject, []*server.Account{guests}); err != nil {
			return fmt.Errorf("export %s: %w", subject, err)
		}
		if err := guests.AddStreamImport(home, subject, ""); err != nil {
			return fmt.Errorf("import %s: %w", subject, err)
		}
	}
	for _, user := range Users() {
		if !user.guest() {
			continue
		}
		for _, subject := range user.publishes() {
			// One request for messages has many answers.
			if err := home.AddServiceExportWithResponse(subject, server.Streamed, []*server.Account{guests}); err != nil {
				return fmt.Errorf("export %s: %w", subject, err)
			}
			if err := guests.AddServiceImport(home, subject, subject); err != nil {
				return fmt.Errorf("import %s: %w", subject, err)
			}
		}
	}
	return nil
}

// serverUsers returns the users as the server checks them: public keys and permissions only.
func (k Keys) serverUsers(guests *server.Account) ([]*server.NkeyUser, error) {
	var all []*server.NkeyUser
	for user, seed := range k {
		pair, err := nkeys.FromSeed([]byte(seed))
		if err != nil {
			return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
		}
		u := &server.NkeyUser{Nkey: public, Permissions: user.permissions()}
		if user.guest() {
			u.Account = guests
		}
		all = append(all, u)
	}
	return all, nil
}
