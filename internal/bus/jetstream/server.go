package jetstream

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/zap"
)

// ServerConfig is an embedded NATS server for one machine.
type ServerConfig struct {
	// Dir is the data folder; the streams are in <Dir>/nats. It must exist.
	Dir string
	// Addr is host:port to listen on. Empty listens nowhere: this process only. Port 0 picks one.
	Addr string
	// Keys are those of the users who may connect. Empty lets everybody in, and is for tests.
	Keys Keys
	// MaxStore is the most bytes that all streams together may take. Defaults to three quarters of
	// what the disk has free at the start.
	MaxStore int64
	// StartTimeout bounds the recovery of the streams. Defaults to 60 s.
	StartTimeout time.Duration
	Log          *zap.Logger
}

// Server is a running embedded server with its lock on the data folder.
type Server struct {
	srv  *server.Server
	keys Keys
	free func() error
}

// ErrDataInUse says that another process uses the data folder.
var ErrDataInUse = errors.New("data folder is in use by another process")

// StartServer locks the folder and starts a server in this process. Every acknowledged message is
// on disk: the file store syncs each write.
func StartServer(cfg ServerConfig) (*Server, error) {
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = time.Minute
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	opts, err := serverOptions(cfg)
	if err != nil {
		return nil, fmt.Errorf("embedded nats: %w", err)
	}
	keys := maps.Clone(cfg.Keys)
	if len(keys) > 0 {
		if keys[process], err = NewKey(); err != nil {
			return nil, fmt.Errorf("embedded nats: %w", err)
		}
		guests := server.NewAccount(guestAccount)
		opts.Accounts = []*server.Account{guests}
		if opts.Nkeys, err = keys.serverUsers(guests); err != nil {
			return nil, fmt.Errorf("embedded nats: %w", err)
		}
	}
	free, err := lock(filepath.Join(cfg.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Dir, err)
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("embedded nats: %w", err), free())
	}
	if len(keys) > 0 { // before the start: it would open JetStream to guests by its own import
		if err := admitGuests(srv); err != nil {
			return nil, errors.Join(fmt.Errorf("embedded nats: %w", err), free())
		}
	}
	logger := &serverLog{log: cfg.Log.Named("nats")}
	srv.SetLoggerV2(logger, false, false, false)
	go srv.Start()
	if !srv.ReadyForConnections(cfg.StartTimeout) || logger.fatal() != nil {
		srv.Shutdown()
		return nil, errors.Join(fmt.Errorf("embedded nats did not start: %w", errors.Join(logger.fatal(), errors.New("not ready"))), free())
	}
	s := &Server{srv: srv, keys: keys, free: free}
	if len(keys) > 0 {
		if err := s.recoverStreams(); err != nil {
			return nil, errors.Join(fmt.Errorf("embedded nats: %w", err), s.Stop())
		}
	}
	return s, nil
}

func serverOptions(cfg ServerConfig) (*server.Options, error) {
	opts := &server.Options{
		ServerName: "tocsin", JetStream: true, StoreDir: filepath.Join(cfg.Dir, "nats"),
		SyncAlways: true, NoSigs: true, DisableJetStreamBanner: true, DontListen: cfg.Addr == "",
		JetStreamMaxStore: cfg.MaxStore, MaxPayload: maxMessage + 64<<10,
	}
	if cfg.Addr == "" {
		return opts, nil
	}
	host, port, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return nil, err
	}
	if opts.Port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("port %q: %w", port, err)
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.Host = host
	return opts, nil
}

// URL returns where the server listens; empty when it does not.
func (s *Server) URL() string {
	if addr := s.srv.Addr(); addr != nil {
		return "nats://" + addr.String()
	}
	return ""
}

// IntakeBytes returns a size for INTAKE that leaves three quarters of the space to the other streams, so that
// decisions can be written when no more alerts are accepted. At most the default of [Config].
func (s *Server) IntakeBytes() int64 {
	return min(s.srv.JetStreamConfig().MaxStore/4, Config{}.WithDefaults().IntakeBytes)
}

// recoverStreams opens the streams, which belong to the account of the services. A server that has
// accounts does not do so by itself.
func (s *Server) recoverStreams() error {
	home := s.srv.GlobalAccount()
	if home.JetStreamEnabled() {
		return nil
	}
	if err := home.EnableJetStream(nil, nil); err != nil {
		return fmt.Errorf("recover the streams: %w", err)
	}
	return nil
}

// Connect opens a connection for the services of this process.
func (s *Server) Connect(name string) (*nats.Conn, error) {
	opts := append(Options(name), nats.InProcessServer(s.srv))
	if seed := s.keys[process]; seed != "" {
		key, err := UserKey(process, seed)
		if err != nil {
			return nil, err
		}
		opts = append(opts, key...)
	}
	nc, err := nats.Connect("", opts...)
	if err != nil {
		return nil, fmt.Errorf("connect inside the process: %w", err)
	}
	return nc, nil
}

// Stop stops the server and unlocks the folder. Close all connections first.
func (s *Server) Stop() error {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
	return s.free()
}
