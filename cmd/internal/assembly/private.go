package assembly

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrTooOpen says that a file or folder which must be private can be used by others.
var ErrTooOpen = errors.New("other users of this machine can get at it")

// privateFolder makes a folder that only its owner can enter, or refuses one that others can.
func privateFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	return checkPrivate(dir, info, "700")
}

// maxPrivate is the most bytes of a token, a key or a secret.
const maxPrivate = 64 << 10

// readPrivate reads a file that only its owner can read; others are refused.
func readPrivate(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	if err := checkPrivate(path, info, "600"); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPrivate+1))
	if err != nil {
		return "", err
	}
	if len(b) > maxPrivate {
		return "", fmt.Errorf("%s has more than %d bytes", path, maxPrivate)
	}
	return strings.TrimSpace(string(b)), nil
}

func checkPrivate(path string, info fs.FileInfo, mode string) error {
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return fmt.Errorf("%s has mode %04o: %w: run chmod %s %s", path, info.Mode().Perm(), ErrTooOpen, mode, path)
}

// privateOr returns what a private file says. A file that is missing is made with what create returns,
// and is on disk before its content is used.
func privateOr(path string, create func() (string, error)) (string, error) {
	content, err := readPrivate(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return content, err
	}
	if content, err = create(); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(content + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	// A link fails where a rename would replace the file of a process that was faster.
	err = os.Link(f.Name(), path)
	if err := os.Remove(f.Name()); err != nil {
		return "", err
	}
	if errors.Is(err, fs.ErrExist) {
		return readPrivate(path)
	}
	return content, err
}
