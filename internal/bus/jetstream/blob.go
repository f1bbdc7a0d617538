package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

func openBlobs(ctx context.Context, js jetstream.JetStream, cfg Config) (jetstream.ObjectStore, error) {
	store, err := js.ObjectStore(ctx, bucketBlobs)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		store, err = js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: bucketBlobs, Description: "catalogs and snapshots",
			Storage: jetstream.FileStorage, Replicas: cfg.Replicas,
		})
		if errors.Is(err, jetstream.ErrBucketExists) {
			store, err = js.ObjectStore(ctx, bucketBlobs)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", bucketBlobs, err)
	}
	return store, nil
}

// Put stores a blob. Readers see the old one or the new one, never a mixture.
func (b *Bus) Put(ctx context.Context, name string, data []byte) error {
	if _, err := b.blobs.PutBytes(ctx, name, data); err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

// Get returns a blob. The client checks its digest.
func (b *Bus) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := b.blobs.GetBytes(ctx, name)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, fmt.Errorf("%s: %w", name, bus.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	return data, nil
}
