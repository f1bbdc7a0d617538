// Package files replaces files atomically, so that a reader never sees half a file.
//
// In: a name and a function that writes. Out: the file. It deletes only its own unfinished files.
package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a temporary file in the same folder and renames it when it is complete. mode lets others,
// such as a collector, read it.
func Replace(name string, mode fs.FileMode, write func(io.Writer) error) error {
	out, err := os.CreateTemp(filepath.Dir(name), ".tocsin-*")
	if err != nil {
		return err
	}
	err = write(out)
	if err == nil {
		err = errors.Join(out.Chmod(mode), out.Sync())
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(out.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return nil
}
