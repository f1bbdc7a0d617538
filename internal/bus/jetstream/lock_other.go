//go:build !unix

package jetstream

import (
	"errors"
	"fmt"
	"os"
)

// lock takes the folder for this process: it creates the file, which no other process can while it is open.
func lock(path string) (free func() error, err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, ErrDataInUse // an open file cannot be removed on these systems
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f.Close, nil
}
