// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listen serves plain HTTP on the address until [Server.Close], and returns the address that it got, such as
// "127.0.0.1:41873". An address without a host means 127.0.0.1, one without a port (or port 0) a free port. It fails for
// hosts that are not this machine, because everyone who reaches the server may do everything. It can be called more than
// once.
//
//	addr, err := server.Listen(":0")
//	// kubectl --server http://ADDR get pods
func (s *Server) Listen(addr string) (string, error) {
	host, port, err := net.SplitHostPort(cmp.Or(addr, ":0"))
	if err != nil {
		return "", fmt.Errorf("kubefake: address %q: %w", addr, err)
	}
	host = cmp.Or(host, "127.0.0.1")
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("kubefake: address %q: the host must be localhost or a loopback address, as the server has no access control", addr)
	}
	// The listener outlives this call.
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, cmp.Or(port, "0")))
	if err != nil {
		return "", fmt.Errorf("kubefake: listening on %q: %w", addr, err)
	}
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ConnState: s.countConnections,
		ErrorLog: slog.NewLogLogger(slog.Default().With("scope", "kubefake").Handler(), slog.LevelWarn),
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return "", errors.Join(errClosed, l.Close())
	}
	s.listeners = append(s.listeners, server)
	s.running.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.running.Done()
		// It always ends with an error, that of Close.
		_ = server.Serve(l)
	}()
	return l.Addr().String(), nil
}

// countConnections lets Close wait for the goroutines of connections. New ones are counted while the listener, which is
// counted too, still runs.
func (s *Server) countConnections(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	case http.StateActive, http.StateIdle:
	}
}
