// Package assembly wires the services. It is the only place that names implementations of the ports;
// the binaries of cmd differ only in the parts they use.
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
	// HTTP is the address (host:port) that the service listens on. Defaults to 127.0.0.1 and a port per service.
	HTTP string
	// Data is the folder of this process's data. Defaults to ./data.
	Data string
	// Config is the folder of the catalog's YAML files; empty leaves the catalog unchanged.
	Config string
	// NATS is host:port of the embedded server.
	NATS string
	// NATSURL is the URL of an external server; empty for the embedded one.
	NATSURL string
	// NATSCreds is a credentials file for the external server, NATSKey a file with an NKey seed. Both are optional.
	NATSCreds, NATSKey string
	// Archive is a SQLite file, or the address of a PostgreSQL database. Defaults to <Data>/archive.db.
	Archive string
	// ArchiveKeep is how long the archive keeps resolved incidents: "400d", or a duration. Empty keeps them all.
	ArchiveKeep string
	// Shadow decides and records pages without sending any.
	Shadow bool
	// Reviews is the folder of weekly reviews, written at ReviewsAt ("Mon 06:30 Europe/Berlin"); empty for none.
	Reviews, ReviewsAt string
	// ShadowExports is the folder of the current pager's daily exports, ShadowZone the time zone of its days.
	ShadowExports, ShadowZone string
	// Partitions and Replicas of the streams, fixed when the streams are created. Default to 8 and 1.
	Partitions, Replicas int
	// LogLevel is debug, info, warn or error; LogFormat json or text. Default to info and json.
	LogLevel, LogFormat string

	// Token guards the API; empty means the one in <Data>/token. Environment only: TOCSIN_TOKEN.
	Token string
	// NATSToken authenticates to an external NATS. Environment only: TOCSIN_NATS_TOKEN.
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
	text(&o.HTTP, "http", defaultHTTP, "`host:port` to listen on")
	text(&o.Data, "data", "./data", "data `folder`")
	text(&o.NATSURL, "nats-url", os.Getenv("NATS_URL"), "`URL` of an external NATS; NATS_URL works too")
	o.urlFlag = fs.Lookup("nats-url")
	text(&o.NATSCreds, "nats-creds", os.Getenv("NATS_CREDS"), "credentials `file` for the external NATS; NATS_CREDS works too")
	text(&o.NATSKey, "nats-key", os.Getenv("NATS_NKEY"), "`file` with an NKey seed for the external NATS; NATS_NKEY works too")
	text(&o.Archive, "archive", "", "archive: a SQLite `file`, or postgres://…; default: archive.db in the data folder")
	fs.Lookup("archive").DefValue = ShownArchive(o.Archive) // help must not show a password
	text(&o.ArchiveKeep, "archive-keep", "", "remove incidents that were resolved longer ago than this `duration`, such as 400d; default: keep all")
	number(&o.Partitions, "partitions", 8, "number of partitions, fixed when the streams are created")
	number(&o.Replicas, "replicas", 1, "replicas of each stream, fixed when the streams are created")
	fs.BoolVar(&o.Shadow, "shadow", parsed(o, "shadow", false, strconv.ParseBool, "not true or false"),
		"decide and record every page without sending any (TOCSIN_SHADOW)")
	text(&o.ShadowExports, "shadow-exports", "", "`folder` of the current pager's daily exports; each is compared with the shadow run")
	text(&o.ShadowZone, "shadow-timezone", "UTC", "time `zone` of the days of --shadow-exports")
	text(&o.Reviews, "reviews", "", "`folder` for weekly reviews, one document per team; default: none are written")
	text(&o.ReviewsAt, "reviews-at", "Mon 06:30", "`when` to write the weekly reviews, such as \"Mon 06:30 Europe/Berlin\"")
	text(&o.LogLevel, "log-level", "info", "debug, info, warn or error")
	text(&o.LogFormat, "log-format", "json", "json or text")
	o.Token, o.NATSToken = os.Getenv("TOCSIN_TOKEN"), os.Getenv("TOCSIN_NATS_TOKEN")
}

// BindConfig adds --config, for services that apply a catalog folder.
func (o *Options) BindConfig(fs *pflag.FlagSet, otherwise string) {
	fs.StringVar(&o.Config, "config", env("config", otherwise), "catalog `folder` (TOCSIN_CONFIG)")
}

// BindNATS adds --nats, for the process that embeds the server.
func (o *Options) BindNATS(fs *pflag.FlagSet) {
	fs.StringVar(&o.NATS, "nats", env("nats", "127.0.0.1:4222"), "`host:port` of the embedded NATS (TOCSIN_NATS)")
	o.natsFlag = fs.Lookup("nats")
}

// chooseNATS decides between the embedded server and an external one. A flag wins over the environment,
// and TOCSIN_NATS over NATS_URL: other programs use that variable too, and `up --nats` must not join
// another system because it happens to be set.
func (o Options) chooseNATS() Options {
	given := func(f *pflag.Flag) bool { return f != nil && f.Changed }
	_, address := os.LookupEnv("TOCSIN_NATS")
	_, url := os.LookupEnv("TOCSIN_NATS_URL")
	switch {
	case given(o.natsFlag) && given(o.urlFlag):
		o.faults = append(slices.Clone(o.faults), errors.New("--nats starts a server and --nats-url uses an external one: give only one of them"))
	case given(o.natsFlag), !given(o.urlFlag) && o.natsFlag != nil && address && !url:
		o.NATSURL = ""
	}
	return o
}

// parsed reads a variable that is not a string; empty means unset. Validate reports a value that cannot be
// parsed, because a TOCSIN_SHADOW mistaken for false would send pages.
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

// named names an option by its flag and its variable, because its value may come from either.
func named(flag string) string { return "--" + flag + " or TOCSIN_" + envName(flag) }

func envName(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }

// ErrOpenDoor means that other machines could connect without a token.
var ErrOpenDoor = errors.New("this address can be reached from other machines")

// Validate reports all faults at once. Addresses beyond loopback need a token.
func (o Options) Validate() error {
	o = o.chooseNATS()
	faults := slices.Clone(o.faults)
	if !daemon.Loopback(o.HTTP) && o.Token == "" {
		faults = append(faults, fmt.Errorf("--http %s: %w: set TOCSIN_TOKEN", o.HTTP, ErrOpenDoor))
	}
	if o.NATSURL == "" && o.NATS == "" {
		faults = append(faults, errors.New("--nats-url is missing: set it to the URL of NATS"))
	}
	if _, err := daemon.NewLog(io.Discard, o.LogLevel, o.LogFormat); err != nil && o.LogLevel+o.LogFormat != "" {
		faults = append(faults, err)
	}
	if o.Partitions < 0 {
		faults = append(faults, errors.New("--partitions must be 1 or more"))
	}
	if o.Replicas < 0 {
		faults = append(faults, errors.New("--replicas must be 1 or more"))
	}
	if _, err := housekeeping.ParseKeep(o.ArchiveKeep); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", named("archive-keep"), err))
	}
	if _, err := housekeeping.ParseWeekly(o.ReviewsAt); o.Reviews != "" && err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", named("reviews-at"), err))
	}
	if o.ShadowExports != "" && !o.Shadow {
		faults = append(faults, errors.New("--shadow-exports needs --shadow: exports are compared with a shadow run"))
	}
	if _, err := time.LoadLocation(o.ShadowZone); err != nil {
		faults = append(faults, fmt.Errorf("%s: unknown time zone %q", named("shadow-timezone"), o.ShadowZone))
	}
	return errors.Join(faults...)
}

// ArchivePath returns the archive's file, or the address of its database.
func (o Options) ArchivePath() string { return ArchiveAt(o.Archive, o.Data) }

// natsOptions returns the options with which a service connects to an external server.
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
