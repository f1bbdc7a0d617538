// Package files writes files that others read while they are written: whole, or not at all.
//
// In: a name and what to write. Out: the file. It deletes nothing but what it could not finish.
package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a file beside the one of that name and puts it in its place when it is whole. The mode
// is for others, such as a collector, who read it.
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
