package assembly

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("secret: %s can be read by others; make it 0600", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// token returns the API token: TOCSIN_TOKEN, or the one in <data>/token, which is created at the first start
// and readable by its owner only.
func (o Options) token() (string, error) {
	if o.Token != "" {
		return o.Token, nil
	}
	path := filepath.Join(o.Data, "token")
	b, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("token: %w", err)
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // crypto/rand never fails
	token := "tocsin_" + hex.EncodeToString(random[:])
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	if _, err := f.WriteString(token + "\n"); err != nil {
		return "", errors.Join(fmt.Errorf("token: %w", err), f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return token, nil
}
