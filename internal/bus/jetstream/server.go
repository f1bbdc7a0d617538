package jetstream

import (
	"errors"
	"fmt"
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
	// Token guards the listener. Required when Addr is not loopback.
	Token string
	// MaxStore is the most bytes that all streams together may take. Defaults to three quarters of
	// what the disk has free at the start.
	MaxStore int64
	// StartTimeout bounds the recovery of the streams. Defaults to 60 s.
	StartTimeout time.Duration
	Log          *zap.Logger
}

// Server is a running embedded server with its lock on the data folder.
type Server struct {
	srv   *server.Server
	token string
	free  func() error
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
	free, err := lock(filepath.Join(cfg.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Dir, err)
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("embedded nats: %w", err), free())
	}
	logger := &serverLog{log: cfg.Log.Named("nats")}
	srv.SetLoggerV2(logger, false, false, false)
	go srv.Start()
	if !srv.ReadyForConnections(cfg.StartTimeout) || logger.fatal() != nil {
		srv.Shutdown()
		return nil, errors.Join(fmt.Errorf("embedded nats did not start: %w", errors.Join(logger.fatal(), errors.New("not ready"))), free())
	}
	return &Server{srv: srv, token: cfg.Token, free: free}, nil
}

func serverOptions(cfg ServerConfig) (*server.Options, error) {
	opts := &server.Options{
		ServerName: "tocsin", JetStream: true, StoreDir: filepath.Join(cfg.Dir, "nats"),
		SyncAlways: true, NoSigs: true, DisableJetStreamBanner: true, DontListen: cfg.Addr == "",
		JetStreamMaxStore: cfg.MaxStore, Authorization: cfg.Token, MaxPayload: maxMessage + 64<<10,
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

// Connect opens a connection inside the process.
func (s *Server) Connect(name string) (*nats.Conn, error) {
	opts := append(Options(name), nats.InProcessServer(s.srv))
	if s.token != "" {
		opts = append(opts, nats.Token(s.token))
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
