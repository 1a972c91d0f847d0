// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// startAttempts is how many ports are tried, in case that somebody takes one
// between the moment it is found free and the moment the API server listens.
const startAttempts = 5

// Server is a running API server and its etcd. Its methods are safe for
// concurrent use. [Start] makes one.
type Server struct {
	program   string
	dir       string
	host      string
	extra     []string // flags of the API server
	authority *authority
	admin     *User
	etcd      *process

	life      context.Context // ends when the server must
	end       context.CancelFunc
	stopAfter func() bool // takes back the stop at the end of Start's context

	mu      sync.Mutex // held by whoever starts or ends the API server
	api     *process
	stopped bool
}

// Start runs an API server with empty storage and returns when it serves. It
// builds the program first if need be, see [Binary]. The server runs until
// [Server.Stop] or the end of ctx; Stop after the end of ctx waits until all is
// gone. A server that cannot start leaves nothing behind.
func Start(ctx context.Context, opts ...Option) (*Server, error) {
	program, err := Binary(ctx)
	if err != nil {
		return nil, err
	}
	return start(ctx, program, opts...)
}

func start(ctx context.Context, program string, opts ...Option) (*Server, error) {
	// A short path: that of a unix socket has about a hundred bytes.
	dir, err := os.MkdirTemp("", "krtkit-apiserver-")
	if err != nil {
		return nil, fmt.Errorf("folder of the API server: %w", err)
	}
	life, end := context.WithCancel(ctx)
	s := &Server{program: program, dir: dir, life: life, end: end}
	for _, set := range opts {
		set(s)
	}
	s.stopAfter = context.AfterFunc(ctx, s.stop)
	if err := s.startAll(life); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// startAll starts etcd and the API server for the life of ctx.
func (s *Server) startAll(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("start the API server: %w", err)
	}
	if err := s.writeCertificates(); err != nil {
		return err
	}
	etcd, err := startProcess(ctx, s.path("etcd.log"), s.program,
		"etcd", "-dir", s.path("etcd"), "-socket", s.path("etcd.sock"))
	if err != nil {
		return err
	}
	s.etcd = etcd
	for range startAttempts {
		if s.host, err = freeAddress(ctx); err != nil {
			return err
		}
		if err = s.startAPIServer(ctx); err == nil || !errors.Is(err, errAddressTaken) {
			break
		}
	}
	if err != nil {
		return err
	}
	s.admin, err = s.User("admin", "system:masters")
	return err
}

// startAPIServer starts the API server and waits until it serves. The caller holds
// the lock.
func (s *Server) startAPIServer(ctx context.Context) error {
	//nolint:contextcheck // the process lives as long as the server, ctx as long as the wait for it
	api, err := startProcess(s.life, s.LogFile(), s.program, append([]string{"apiserver"}, s.flags()...)...)
	if err != nil {
		return err
	}
	s.api = api
	if err := s.waitReady(ctx); err != nil {
		api.kill()
		return err
	}
	return nil
}

// RESTConfig returns a configuration for a client that may do everything: its user is in
// the group system:masters. It sets no limit to the rate of requests. The caller
// owns it.
func (s *Server) RESTConfig() *rest.Config { return s.admin.RESTConfig() }

// Kubeconfig returns the path of a kubeconfig file for the user of
// [Server.RESTConfig]. The file goes away with the server.
func (s *Server) Kubeconfig() string { return s.admin.Kubeconfig() }

// LogTail returns the last lines of the API server's log, for the message of a
// test that fails. After Stop it says that there is no log.
func (s *Server) LogTail() string { return tail(s.LogFile()) }

// LogFile returns the path of the API server's log, to which every restart adds. The
// file goes away with the server.
func (s *Server) LogFile() string { return s.path("apiserver.log") }

// Kill ends the API server with SIGKILL, as a crash would: requests under way get
// no answer. It returns when the process is gone; etcd runs on. It does nothing
// if the API server does not run.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.api.kill()
}

// Restart starts the API server again, on the same address, certificates and
// data, and returns when it serves. It kills a running one first. The server's life
// stays bound to the context of [Start]; ctx bounds the wait only. After an error the
// API server does not run, and may be restarted unless the server was stopped.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errors.New("restart the API server: it was stopped")
	}
	s.api.kill()
	return s.startAPIServer(ctx)
}

// Stop ends the API server and etcd, removes their files and returns when all are
// gone. It ends a Restart that is under way. More calls do nothing.
func (s *Server) Stop() {
	s.stopAfter()
	s.stop()
}

func (s *Server) stop() {
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.stopped = true
	for _, p := range []*process{s.api, s.etcd} {
		if p != nil {
			p.kill()
		}
	}
	_ = os.RemoveAll(s.dir) // nothing holds a file of it any more
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// writeCertificates makes the authority and the files that flags names.
func (s *Server) writeCertificates() error {
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	s.authority = authority
	serving, err := authority.serving()
	if err != nil {
		return err
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	serviceAccounts, err := encodeKey(key)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"ca.crt":          authority.pem,
		"serving.crt":     serving.cert,
		"serving.key":     serving.key,
		"serviceaccounts": serviceAccounts,
	} {
		if err := os.WriteFile(s.path(name), content, 0o600); err != nil {
			return fmt.Errorf("certificates of the API server: %w", err)
		}
	}
	return nil
}

// flags are kube-apiserver's.
func (s *Server) flags() []string {
	address, port, _ := strings.Cut(s.host, ":")
	flags := []string{
		"--etcd-servers=unix://" + s.path("etcd.sock"),
		"--bind-address=" + address,
		"--secure-port=" + port,
		// The endpoints of the service "kubernetes" must not be on the loopback, so
		// there are none; the service is there.
		"--advertise-address=" + address,
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=Node,RBAC",
		"--disable-admission-plugins=ServiceAccount", // see the package comment
		"--client-ca-file=" + s.path("ca.crt"),
		"--tls-cert-file=" + s.path("serving.crt"),
		"--tls-private-key-file=" + s.path("serving.key"),
		"--cert-dir=" + s.dir,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + s.path("serviceaccounts"),
		"--service-account-signing-key-file=" + s.path("serviceaccounts"),
	}
	return append(flags, s.extra...)
}
