package assembly

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/adviser"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/channel/console"
	"tocsin.dev/internal/channel/email"
	"tocsin.dev/internal/channel/shadow"
	"tocsin.dev/internal/channel/webhook"
	"tocsin.dev/internal/daemon"
	"tocsin.dev/internal/egress"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/housekeeping"
	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/notifier"
	"tocsin.dev/internal/recorder"
	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertmanager"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/source/generic"
)

// sources are the alert formats that the gateway reads. A new one is one more line.
func sources() []source.Source {
	return []source.Source{alertmanager.API(), alertmanager.Webhook(), cloudevents.Source{}, generic.Source{}}
}

// channels returns the channels of a catalog. In a shadow run they record pages and send nothing.
func (r *Runtime) channels(c *catalog.Catalog) (map[string]channel.Channel, error) {
	all, err := r.newChannels(c)
	if err == nil && r.Options.Shadow {
		all = shadow.All(all)
	}
	return all, err
}

// newChannels creates the channels of a catalog. A new kind is one more entry.
func (r *Runtime) newChannels(c *catalog.Catalog) (map[string]channel.Channel, error) {
	client, err := egress.New(egress.Config{Allow: c.Egress})
	if err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	hook, err := webhook.New(webhook.Config{Client: client})
	if err != nil {
		return nil, err
	}
	all := map[string]channel.Channel{}
	for _, ch := range []channel.Channel{hook, console.New(r.Out)} {
		all[ch.Name()] = ch
	}
	if c.Channels.Email.SMTP != "" {
		ch, err := mail(c.Channels.Email)
		if err != nil { // the other channels work, and pages move on to the next contact method
			r.Log.Error("no mail can be sent", zap.Error(err))
			return all, nil
		}
		all[ch.Name()] = ch
	}
	return all, nil
}

func mail(c catalog.EmailChannel) (channel.Channel, error) {
	password, err := Secret(c.Password)
	if err != nil {
		return nil, fmt.Errorf("channels.email: %w", err)
	}
	return email.New(email.Config{SMTP: c.SMTP, From: c.From, User: c.User, Password: password, Timeout: c.Timeout})
}

// Engine returns the part that decides.
func (r *Runtime) Engine() (daemon.Part, error) {
	e, err := engine.New(engine.Config{
		Bus: r.Bus, Catalogs: r.Catalogs, Foreign: cloudevents.FromNATS,
		Instance: r.Instance, Log: r.Log, Metrics: r.Health.Metrics,
	})
	if err != nil {
		return daemon.Part{}, err
	}
	return daemon.Part{Name: "engine", Run: e.Run}, nil
}

// Notifier returns the part that delivers.
func (r *Runtime) Notifier() (daemon.Part, error) {
	n, err := notifier.New(notifier.Config{
		Bus: r.Bus, Catalogs: r.Catalogs, Channels: r.channels, Secret: Secret,
		Instance: r.Instance, Log: r.Log, Metrics: r.Health.Metrics,
	})
	if err != nil {
		return daemon.Part{}, err
	}
	return daemon.Part{Name: "notifier", Run: n.Run}, nil
}

// Recorder returns the part that keeps the archive, does its housekeeping, and follows suggestions where
// policies say so. There is one recorder. It closes the archive when it ends. A gateway in the same process
// must be made after it and stopped before it, because they share one history of the archive.
func (r *Runtime) Recorder() (daemon.Part, error) {
	keep, err := housekeeping.ParseKeep(r.Options.ArchiveKeep)
	if err != nil {
		return daemon.Part{}, err
	}
	a, err := OpenArchive(context.Background(), r.Options.ArchivePath())
	if err != nil {
		return daemon.Part{}, err
	}
	rec, err := recorder.New(recorder.Config{Log: r.Bus, Archive: a, ReadAhead: true, Logger: r.Log, Metrics: r.Health.Metrics})
	if err != nil {
		return daemon.Part{}, errors.Join(err, a.Close())
	}
	services, _ := r.Bus.Partitions()
	r.history = live.NewHistory(a, r.Catalogs.Latest, live.GaugeBounds)
	adv, err := adviser.New(adviser.Config{
		Archive: a, History: r.history, Publisher: r.Bus, Partitions: services, Catalog: r.Catalogs.Latest, Log: r.Log, Metrics: r.Health.Metrics,
	})
	if err != nil {
		return daemon.Part{}, errors.Join(err, a.Close())
	}
	gauges := live.NewGauges(r.history)
	if err := r.Health.Metrics.Register(gauges); err != nil {
		return daemon.Part{}, errors.Join(err, a.Close())
	}
	r.Health.Check("recorder", func(context.Context) error { return rec.Healthy() })
	return daemon.Part{Name: "recorder", Run: func(ctx context.Context) error {
		var tasks sync.WaitGroup
		if keep > 0 {
			tasks.Go(func() { housekeeping.Retain(ctx, r.Log, a, keep) })
		}
		for name, task := range r.documents(a) {
			tasks.Go(func() { housekeeping.EveryMinute(ctx, r.Log, name, task) })
		}
		tasks.Go(func() { housekeeping.EveryMinute(ctx, r.Log, "gauges for Prometheus", gauges.Refresh) })
		tasks.Go(func() { _ = adv.Run(ctx) }) // it ends with ctx, and without an error
		err := rec.Run(ctx)
		tasks.Wait()
		return errors.Join(err, a.Close())
	}}, nil
}

// FollowCatalogs returns the part that loads each new catalog.
func (r *Runtime) FollowCatalogs() daemon.Part {
	return daemon.Part{Name: "catalogs", Run: func(ctx context.Context) error {
		r.Catalogs.Follow(ctx, time.Second, func(err error) {
			r.Log.Warn("cannot take the newest catalog; the one before stays", zap.Error(err))
		})
		return nil
	}}
}

// HTTP returns the part that serves mux, which listens already, and its URL.
func (r *Runtime) HTTP(mux *http.ServeMux) (daemon.Part, string, error) {
	r.Health.Mount(mux)
	srv, err := daemon.Listen(r.Options.HTTP, mux)
	if err != nil {
		return daemon.Part{}, "", err
	}
	return daemon.Part{Name: "http", Run: srv.Run}, srv.URL(), nil
}

// documents returns the tasks that write documents, by name, each to be run while the archive is complete.
func (r *Runtime) documents(a Archive) map[string]housekeeping.Task {
	all := map[string]housekeeping.Task{}
	if dir := r.Options.Reviews; dir != "" {
		at, _ := housekeeping.ParseWeekly(r.Options.ReviewsAt) // Validate has checked it
		reviews := &housekeeping.Reviews{
			Dir: dir, At: at, Archive: a, Log: r.Log,
			Options: func() report.Options { return live.Options(r.Catalogs.Latest()) },
		}
		all["weekly reviews"] = housekeeping.CaughtUp(r.Bus, a, reviews.Run)
	}
	if dir := r.Options.ShadowExports; dir != "" {
		zone, _ := time.LoadLocation(r.Options.ShadowZone) // Validate has checked it
		comparisons := &housekeeping.Comparisons{Dir: dir, Zone: zone, Archive: a, Catalog: r.Catalogs.Latest, Log: r.Log}
		all["comparisons of the shadow run"] = housekeeping.CaughtUp(r.Bus, a, comparisons.Run)
	}
	return all
}
