package assembly

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/daemon"
	"tocsin.dev/internal/insight/live"
)

// Runtime is what all parts of a process share.
type Runtime struct {
	Options  Options
	Log      *zap.Logger
	Health   *daemon.Health
	Bus      *jetstream.Bus
	Catalogs *revisions.Store
	// Instance identifies this process among all that ever run.
	Instance string
	// Out is where the console channel writes.
	Out io.Writer

	history *live.History // of the archive, one for all parts of a process; nil until a part needs it

	server *jetstream.Server
	nc     *nats.Conn
}

// Start opens log, data folder, NATS and bus. Close must be called when it succeeds.
func Start(ctx context.Context, o Options, name string, out, errs io.Writer) (*Runtime, error) {
	o.HTTP = strings.TrimSuffix(strings.TrimPrefix(o.HTTP, "http://"), "/") // TOCSIN_HTTP is a URL for the CLI
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.chooseNATS()
	log, err := daemon.NewLog(errs, o.LogLevel, o.LogFormat)
	if err != nil {
		return nil, err
	}
	if err := privateFolder(o.Data); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	r := &Runtime{Options: o, Log: log, Health: daemon.NewHealth(), Instance: instance(name), Out: out}
	if err := r.connect(ctx, name); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.showShadow()
	r.Catalogs = revisions.NewStore(r.Bus, time.Now)
	r.Health.Check("nats", func(context.Context) error {
		if !r.Bus.Connected() {
			return errors.New("not connected")
		}
		return nil
	})
	return r, nil
}

func (r *Runtime) connect(ctx context.Context, name string) (err error) {
	if r.Options.NATSURL == "" {
		var keys jetstream.Keys
		if keys, err = r.Options.natsKeys(); err != nil {
			return err
		}
		r.server, err = jetstream.StartServer(jetstream.ServerConfig{
			Dir: r.Options.Data, Addr: r.Options.NATS, Keys: keys, Log: r.Log,
		})
		if err != nil {
			return err
		}
		r.nc, err = r.server.Connect(name)
	} else {
		var opts []nats.Option
		if opts, err = r.Options.natsOptions(name); err != nil {
			return err
		}
		r.Log.Info("using an external nats server", zap.String("url", redacted(r.Options.NATSURL)))
		r.nc, err = nats.Connect(r.Options.NATSURL, opts...)
	}
	if err != nil {
		return fmt.Errorf("connect to nats: %w", err)
	}
	return r.openBus(ctx)
}

// openBus waits for a server that is still starting: services may start in any order.
func (r *Runtime) openBus(ctx context.Context) error {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		cfg := jetstream.Config{Partitions: r.Options.Partitions, Replicas: r.Options.Replicas}
		if r.server != nil {
			cfg.IntakeBytes = r.server.IntakeBytes()
		}
		b, err := jetstream.Open(ctx, r.nc, cfg)
		if err == nil {
			r.Bus = b
			return nil
		}
		if r.server != nil || ctx.Err() != nil {
			return err
		}
		r.Log.Info("waiting for nats", zap.Error(err))
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// redacted removes passwords from URLs.
func redacted(urls string) string {
	all := strings.Split(urls, ",")
	for i, u := range all {
		if parsed, err := url.Parse(u); err == nil {
			all[i] = parsed.Redacted()
		}
	}
	return strings.Join(all, ",")
}

// NATSURL returns the address of NATS.
func (r *Runtime) NATSURL() string {
	if r.server != nil {
		return r.server.URL()
	}
	return r.nc.ConnectedUrlRedacted()
}

// Close closes bus, connection and embedded server, in this order.
func (r *Runtime) Close() error {
	if r.Bus != nil {
		r.Bus.Close()
	}
	if r.nc != nil {
		r.nc.Close()
	}
	if r.server != nil {
		return r.server.Stop()
	}
	return nil
}

// instance returns a name that no other process has or had.
func instance(service string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return fmt.Sprintf("%s-%s-%d-%s", service, host, os.Getpid(), hex.EncodeToString(b[:]))
}
