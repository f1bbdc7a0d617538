package assembly

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go"

	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/catalog"
)

// Secret resolves a reference in the catalog. Errors name where it should be, never the value.
func Secret(s catalog.Secret) (string, error) {
	switch {
	case s.Env != "":
		v, ok := os.LookupEnv(s.Env)
		if !ok || v == "" {
			return "", fmt.Errorf("secret: environment variable %s is not set", s.Env)
		}
		return v, nil
	case s.File != "":
		return secretFile(s.File)
	default:
		return "", nil
	}
}

func secretFile(path string) (string, error) {
	secret, err := readPrivate(path)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	return secret, nil
}

// minToken is the shortest API token that is accepted.
const minToken = 16

// token returns the API token: TOCSIN_TOKEN, or the one in <data>/token, which is made at the first start.
func (o Options) token() (string, error) {
	token, where := o.Token, "TOCSIN_TOKEN"
	if token == "" {
		where = filepath.Join(o.Data, "token")
		var err error
		token, err = privateOr(where, func() (string, error) {
			var random [32]byte
			_, _ = rand.Read(random[:]) // crypto/rand never fails
			return "tocsin_" + hex.EncodeToString(random[:]), nil
		})
		if err != nil {
			return "", fmt.Errorf("token: %w", err)
		}
	}
	if len(token) < minToken {
		return "", fmt.Errorf("token: %s has %d characters; it must have at least %d", where, len(token), minToken)
	}
	return token, nil
}

// natsKeyFile returns the path of a NATS user's key.
func natsKeyFile(data string, user jetstream.User) string {
	return filepath.Join(data, "nats-"+string(user)+".nk")
}

// NATSKey returns what a tool on this machine needs to connect to the NATS of a data folder as a user;
// nothing if the folder has no key for it.
func NATSKey(data string, user jetstream.User) ([]nats.Option, error) {
	options, err := natsKey(natsKeyFile(data, user), user)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return options, err
}

func natsKey(path string, user jetstream.User) ([]nats.Option, error) {
	seed, err := readPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
	}
	return jetstream.UserKey(user, seed)
}

// natsKeys returns the key of every NATS user of the embedded server; what is missing is made.
func (o Options) natsKeys() (jetstream.Keys, error) {
	keys := jetstream.Keys{}
	for _, user := range jetstream.Users() {
		seed, err := privateOr(natsKeyFile(o.Data, user), jetstream.NewKey)
		if err != nil {
			return nil, fmt.Errorf("key of NATS user %s: %w", user, err)
		}
		keys[user] = seed
	}
	return keys, nil
}
