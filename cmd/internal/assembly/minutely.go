package assembly

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// minutely looks at once and then each minute whether there is something to write, until ctx ends. What
// fails is logged once for each reason, and tried again.
func (r *Runtime) minutely(ctx context.Context, what string, look func(ctx context.Context, now time.Time) error) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	told := ""
	for {
		err := look(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			r.Log.Error(what+" cannot be made, trying again each minute", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
