// Package housekeeping removes old incidents from an archive and writes periodic documents about it.
//
// In: the archive's ports, the catalog in force and a clock. Out: incidents removed after their retention,
// weekly reviews, and daily comparisons of a shadow run with the pager in charge. It runs next to the
// recorder, decides nothing about incidents, and nothing waits for it.
package housekeeping

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
)

const (
	retentionEvery = time.Hour
	// retentionBatch is how many incidents one transaction removes, so that the recorder never waits long.
	retentionBatch = 100
	// minKeep guards against a typing error: what was resolved today is never removed.
	minKeep = 24 * time.Hour
)

// ParseKeep reads how long resolved incidents stay: days as "400d", or a Go duration. Empty means for
// ever, which is 0.
func ParseKeep(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	keep, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if n, err = strconv.Atoi(days); err == nil && n > 100*365 {
			err = errors.New("more than a hundred years")
		}
		keep = time.Duration(n) * 24 * time.Hour
	}
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number of days such as 400d nor a duration such as 9600h", text)
	}
	if keep < minKeep {
		return 0, fmt.Errorf("%q is less than 1d; leave it out to keep everything", text)
	}
	return keep, nil
}

// Retain removes incidents that were resolved longer ago than keep, once an hour until ctx ends. Errors
// are logged and retried an hour later.
func Retain(ctx context.Context, log *zap.Logger, k archive.Keeper, keep time.Duration) {
	ticker := time.NewTicker(retentionEvery)
	defer ticker.Stop()
	for {
		removed, err := removeOld(ctx, k, keep, time.Now())
		if removed > 0 {
			log.Info("old incidents removed from the archive", zap.Int("incidents", removed), zap.Duration("keep", keep))
		}
		if err != nil && ctx.Err() == nil {
			log.Error("cannot remove old incidents, trying again", zap.Error(err), zap.Duration("after", retentionEvery))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func removeOld(ctx context.Context, k archive.Keeper, keep time.Duration, now time.Time) (removed int, err error) {
	for {
		n, err := k.Remove(ctx, now.Add(-keep), retentionBatch, now)
		removed += n
		if err != nil || n < retentionBatch {
			return removed, err
		}
	}
}
