// Package assembly puts the services together: it is where implementations of the ports are named
// and nowhere else. The binaries of cmd differ only in which parts they take from here.
//
// In: options from flags and environment. Out: running parts. No rule lives here.
package assembly

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/pflag"

	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/daemon"
	"tocsin.dev/internal/housekeeping"
)

// Options are what every service takes. Each flag --some-name is also the environment variable
// TOCSIN_SOME_NAME; the flag wins.
type Options struct {
	// HTTP is host:port of the service's HTTP door. Defaults to 127.0.0.1 and a port of its own.
	HTTP string
	// Data is the folder of what this machine keeps. Defaults to ./data.
	Data string
	// Config is the folder of the catalog's YAML files; empty leaves the catalog as it is.
	Config string
	// NATS is host:port of the embedded server.
	NATS string
	// NATSURL names a server that runs elsewhere; empty for the embedded one.
	NATSURL string
	// NATSCreds is a credentials file for it, NATSKey a file with an NKey seed. May be empty.
	NATSCreds, NATSKey string
	// Archive is a SQLite file, or the address of a PostgreSQL database. Defaults to <Data>/archive.db.
	Archive string
	// ArchiveKeep is how long resolved incidents stay in it: "400d", or a duration. Defaults to for ever.
	ArchiveKeep string
	// Shadow says that pages are decided and recorded, and none is sent.
	Shadow bool
	// Reviews is the folder of weekly reviews, written at ReviewsAt ("Mon 06:30 Europe/Berlin"); empty for none.
	Reviews, ReviewsAt string
	// ShadowExports is the folder of the present pager's daily exports, ShadowZone the zone of its days.
	ShadowExports, ShadowZone string
	// Partitions of services, Replicas of the streams: used when the streams are made. Default to 8 and 1.
	Partitions, Replicas int
	// LogLevel is debug, info, warn or error; LogFormat json or text. Default to info and json.
	LogLevel, LogFormat string

	// Token guards the API; empty means the one in <Data>/token. Environment only: TOCSIN_TOKEN.
	Token string
	// NATSToken is shown to a NATS that runs elsewhere. Environment only: TOCSIN_NATS_TOKEN.
	NATSToken string

	faults            []error // of the environment, for Validate
	natsFlag, urlFlag *pflag.Flag
}

// Bind adds the flags that all services share, with the environment as their defaults.
func (o *Options) Bind(fs *pflag.FlagSet, defaultHTTP string) {
	text := func(p *string, name, otherwise, usage string) {
		fs.StringVar(p, name, env(name, otherwise), usage+" (TOCSIN_"+envName(name)+")")
	}
	number := func(p *int, name string, otherwise int, usage string) {
		fs.IntVar(p, name, parsed(o, name, otherwise, positive, "not a whole number, 1 or more"), usage+" (TOCSIN_"+envName(name)+")")
	}
	text(&o.HTTP, "http", defaultHTTP, "host:port of the HTTP door")
	text(&o.Data, "data", "./data", "folder of the data")
	text(&o.NATSURL, "nats-url", os.Getenv("NATS_URL"), "NATS that runs elsewhere, also NATS_URL")
	o.urlFlag = fs.Lookup("nats-url")
	text(&o.NATSCreds, "nats-creds", os.Getenv("NATS_CREDS"), "credentials file for it, also NATS_CREDS")
	text(&o.NATSKey, "nats-key", os.Getenv("NATS_NKEY"), "file with an NKey seed for it, also NATS_NKEY")
	text(&o.Archive, "archive", "", "the archive: a SQLite file, or postgres://…; default <data>/archive.db")
	fs.Lookup("archive").DefValue = ShownArchive(o.Archive) // the help shows it
	text(&o.ArchiveKeep, "archive-keep", "", "remove incidents resolved longer ago, such as 400d; default: keep all")
	number(&o.Partitions, "partitions", 8, "partitions of services, fixed when the streams are made")
	number(&o.Replicas, "replicas", 1, "replicas of each stream, used when the streams are made")
	fs.BoolVar(&o.Shadow, "shadow", parsed(o, "shadow", false, strconv.ParseBool, "neither true nor false"),
		"decide and record every page, and send none, on any channel (TOCSIN_SHADOW)")
	text(&o.ShadowExports, "shadow-exports", "", "folder of the present pager's exports, one a day: each is compared with the shadow run")
	text(&o.ShadowZone, "shadow-timezone", "UTC", "the zone of those days")
	text(&o.Reviews, "reviews", "", "folder for a review of each week, one document a team; default: none")
	text(&o.ReviewsAt, "reviews-at", "Mon 06:30", "when they are written, such as \"Mon 06:30 Europe/Berlin\"")
	text(&o.LogLevel, "log-level", "info", "debug, info, warn or error")
	text(&o.LogFormat, "log-format", "json", "json or text")
	o.Token, o.NATSToken = os.Getenv("TOCSIN_TOKEN"), os.Getenv("TOCSIN_NATS_TOKEN")
}

// BindConfig adds --config, for services that apply a catalog folder.
func (o *Options) BindConfig(fs *pflag.FlagSet, otherwise string) {
	fs.StringVar(&o.Config, "config", env("config", otherwise), "folder of the catalog (TOCSIN_CONFIG)")
}

// BindNATS adds --nats, for the process that embeds the server.
func (o *Options) BindNATS(fs *pflag.FlagSet) {
	fs.StringVar(&o.NATS, "nats", env("nats", "127.0.0.1:4222"), "host:port of the embedded NATS (TOCSIN_NATS)")
	o.natsFlag = fs.Lookup("nats")
}

// chooseNATS decides between the embedded server and one that runs elsewhere. A flag wins over the
// environment, and TOCSIN_NATS over NATS_URL, which other programs set and read as well: `up --nats` must
// not join another system because that variable happens to be set.
func (o Options) chooseNATS() Options {
	given := func(f *pflag.Flag) bool { return f != nil && f.Changed }
	_, address := os.LookupEnv("TOCSIN_NATS")
	_, url := os.LookupEnv("TOCSIN_NATS_URL")
	switch {
	case given(o.natsFlag) && given(o.urlFlag):
		o.faults = append(slices.Clone(o.faults), errors.New("--nats starts a NATS and --nats-url uses one that runs elsewhere: give one of them"))
	case given(o.natsFlag), !given(o.urlFlag) && o.natsFlag != nil && address && !url:
		o.NATSURL = ""
	}
	return o
}

// parsed reads a variable that is not a text. A value that cannot be parsed must not count as unset: a
// TOCSIN_SHADOW that is taken for false would send pages. So Validate reports it. Empty means unset.
func parsed[T any](o *Options, flag string, otherwise T, parse func(string) (T, error), fault string) T {
	word := env(flag, "")
	if word == "" {
		return otherwise
	}
	v, err := parse(word)
	if err != nil {
		o.faults = append(o.faults, fmt.Errorf("TOCSIN_%s=%s: %s", envName(flag), word, fault))
		return otherwise
	}
	return v
}

func positive(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return n, err
}

func env(flag, otherwise string) string {
	if v, ok := os.LookupEnv("TOCSIN_" + envName(flag)); ok {
		return v
	}
	return otherwise
}

// named names an option for errors: its value may come from either.
func named(flag string) string { return "--" + flag + " or TOCSIN_" + envName(flag) }

func envName(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }

// ErrOpenDoor says that other machines could connect without a token.
var ErrOpenDoor = errors.New("this address can be reached from other machines")

// Validate reports all faults at once. Addresses beyond loopback need a token.
func (o Options) Validate() error {
	o = o.chooseNATS()
	faults := slices.Clone(o.faults)
	if !daemon.Loopback(o.HTTP) && o.Token == "" {
		faults = append(faults, fmt.Errorf("--http %s: %w: set TOCSIN_TOKEN", o.HTTP, ErrOpenDoor))
	}
	if o.NATSURL == "" && o.NATS == "" {
		faults = append(faults, errors.New("--nats-url is missing: say where NATS runs"))
	}
	if _, err := daemon.NewLog(io.Discard, o.LogLevel, o.LogFormat); err != nil && o.LogLevel+o.LogFormat != "" {
		faults = append(faults, err)
	}
	if o.Partitions < 0 {
		faults = append(faults, errors.New("--partitions: 1 or more"))
	}
	if o.Replicas < 0 {
		faults = append(faults, errors.New("--replicas: 1 or more"))
	}
	if _, err := housekeeping.ParseKeep(o.ArchiveKeep); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", named("archive-keep"), err))
	}
	if _, err := housekeeping.ParseWeekly(o.ReviewsAt); o.Reviews != "" && err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", named("reviews-at"), err))
	}
	if o.ShadowExports != "" && !o.Shadow {
		faults = append(faults, errors.New("--shadow-exports: only a shadow run is compared: add --shadow"))
	}
	if _, err := time.LoadLocation(o.ShadowZone); err != nil {
		faults = append(faults, fmt.Errorf("%s: there is no zone %q", named("shadow-timezone"), o.ShadowZone))
	}
	return errors.Join(faults...)
}

// ArchivePath returns the archive's file, or the address of its database.
func (o Options) ArchivePath() string { return ArchiveAt(o.Archive, o.Data) }

// natsOptions returns what a service needs to connect to a server elsewhere.
func (o Options) natsOptions(service string) ([]nats.Option, error) {
	opts := jetstream.Options(service)
	if o.NATSKey != "" {
		user := jetstream.User(service)
		if !slices.Contains(jetstream.Users(), user) { // `up` is all services in one
			user = jetstream.Admin
		}
		key, err := natsKey(o.NATSKey, user)
		if err != nil {
			return nil, err
		}
		opts = append(opts, key...)
	}
	if o.NATSCreds != "" {
		opts = append(opts, nats.UserCredentials(o.NATSCreds))
	}
	if o.NATSToken != "" {
		opts = append(opts, nats.Token(o.NATSToken))
	}
	return opts, nil
}
