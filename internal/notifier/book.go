package notifier

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/channel"
)

// book says how to reach the targets of one catalog revision: by which channels, at which addresses.
type book struct {
	catalog  *catalog.Catalog
	channels map[string]channel.Channel
	secret   func(catalog.Secret) (string, error)

	mu        sync.Mutex
	addresses map[string]channel.Address
}

// firstBook waits for the first catalog.
func (n *Notifier) firstBook(ctx context.Context) error {
	for n.book.Load() == nil {
		err := n.Refresh(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, revisions.ErrNone) {
			return err
		}
		if err := n.cfg.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notifier) refresh(ctx context.Context) {
	ticker := time.NewTicker(n.cfg.Refresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := n.Refresh(ctx); err != nil && !errors.Is(err, revisions.ErrNone) && ctx.Err() == nil {
				n.cfg.Log.Warn("cannot load the newest catalog; the previous one stays in force", zap.Error(err))
			}
		}
	}
}

// Refresh switches to the newest catalog; for callers that do not call [Notifier.Run].
func (n *Notifier) Refresh(ctx context.Context) error {
	rev, err := n.cfg.Catalogs.CurrentRevision(ctx)
	if err != nil {
		return err
	}
	if old := n.book.Load(); old != nil && old.catalog.Rules.Revision == rev {
		return nil
	}
	c, err := n.cfg.Catalogs.Load(ctx, rev)
	if err != nil {
		return err
	}
	channels, err := n.cfg.Channels(c)
	if err != nil {
		return fmt.Errorf("channels of catalog %.12s: %w", rev, err)
	}
	n.book.Store(&book{catalog: c, channels: channels, secret: n.cfg.Secret, addresses: map[string]channel.Address{}})
	return nil
}

// reach returns the channel and the address of one contact method. Addresses are resolved once.
func (b *book) reach(target, contact string) (channel.Channel, channel.Address, error) {
	c, ok := b.catalog.TargetContact(target, contact)
	if !ok {
		return nil, channel.Address{}, fmt.Errorf("%s has no contact method %q any more", target, contact)
	}
	ch := b.channels[c.Channel()]
	if ch == nil {
		return nil, channel.Address{}, fmt.Errorf("channel %q is not set up", c.Channel())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	key := target + "/" + contact
	if to, ok := b.addresses[key]; ok {
		return ch, to, nil
	}
	to, err := b.resolve(c)
	if err != nil {
		return nil, channel.Address{}, err
	}
	b.addresses[key] = to
	return ch, to, nil
}

func (b *book) resolve(c catalog.Contact) (channel.Address, error) {
	to := channel.Address{Email: c.Email, Console: c.Console}
	if c.Webhook != nil {
		secret, err := b.secret(c.Webhook.Secret)
		if err != nil {
			return channel.Address{}, err
		}
		to.Webhook = &channel.Webhook{URL: c.Webhook.URL, Secret: secret}
	}
	return to, nil
}
