package jetstream

import (
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/zap"
)

// serverLog writes the server's log to ours. Fatalf, which the server calls for failures at start, returns and
// keeps the error for StartServer.
type serverLog struct {
	log *zap.Logger
	mu  sync.Mutex
	err error
}

var _ server.Logger = (*serverLog)(nil)

func (l *serverLog) say(format string, v []any) zap.Field {
	return zap.String("text", strings.TrimSpace(fmt.Sprintf(format, v...)))
}

func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug("server notice", l.say(format, v)) }

func (l *serverLog) Warnf(format string, v ...any) { l.log.Warn("server warning", l.say(format, v)) }

func (l *serverLog) Errorf(format string, v ...any) { l.log.Error("server error", l.say(format, v)) }
func (l *serverLog) Debugf(string, ...any)          {}
func (l *serverLog) Tracef(string, ...any)          {}

func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = fmt.Errorf(format, v...)
}

func (l *serverLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
