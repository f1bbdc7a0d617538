package assembly

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/daemon"
)

// ErrFaulty says that the catalog has faults and there is no earlier good one.
var ErrFaulty = errors.New("the catalog has faults")

// ApplyFolder puts the catalog of --config in force. A faulty catalog never replaces a good one: its faults
// are logged, and the good one stays.
func (r *Runtime) ApplyFolder(ctx context.Context) error {
	files, err := ReadFolder(r.Options.Config)
	if err != nil {
		return err
	}
	revision, faults, err := r.Catalogs.Apply(ctx, files, "config")
	if err != nil {
		return err
	}
	for _, f := range faults {
		r.Log.Warn("catalog", zap.String("fault", f.Error()), zap.String("hint", f.Hint), zap.Bool("warning", f.Warning))
	}
	if revision != "" {
		return nil
	}
	if err := r.Catalogs.Refresh(ctx); err == nil {
		r.Log.Error("the catalog has faults; the last good one stays in force", zap.String("config", r.Options.Config))
		return nil
	}
	var text strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&text, "\n  %s", f.Error())
	}
	return fmt.Errorf("%w:%s", ErrFaulty, text.String())
}

// watchEvery is how often the catalog folder is read.
const watchEvery = 2 * time.Second

// WatchFolder returns the part that applies a catalog folder when it changes. It reads the files themselves,
// so it also notices a folder that is swapped by links, as in Kubernetes.
func (r *Runtime) WatchFolder() daemon.Part {
	return daemon.Part{Name: "catalog folder", Run: func(ctx context.Context) error {
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		seen := folderRevision(r.Options.Config)
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
			now := folderRevision(r.Options.Config)
			if now == seen || now == "" {
				continue
			}
			seen = now
			r.Log.Info("the catalog folder has changed", zap.String("config", r.Options.Config))
			if err := r.ApplyFolder(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("the changed catalog is not in force", zap.Error(err))
				seen = "" // try again: the bus may have been unavailable
			}
		}
	}}
}

// folderRevision returns the revision of the folder; empty when it cannot be read, as during a swap.
func folderRevision(dir string) string {
	files, err := ReadFolder(dir)
	if err != nil {
		return ""
	}
	return catalog.Revision(files)
}

// ReadFolder reads the YAML files and calendars of a catalog folder, by name.
func ReadFolder(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("catalog folder: %w; --config names it", err)
	}
	if err != nil {
		return nil, fmt.Errorf("catalog folder: %w", err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		if strings.HasPrefix(name, ".") || ext != ".yaml" && ext != ".yml" && ext != catalog.CalendarFile {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("catalog folder: %w", err)
		}
		files[name] = b
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("catalog folder %s: no .yaml file in it", dir)
	}
	return files, nil
}
