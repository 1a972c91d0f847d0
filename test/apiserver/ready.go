// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// readyTimeout is how long an API server may take to serve. It takes a second or
	// two on an idle machine.
	readyTimeout = 2 * time.Minute
	// readyInterval is how often it is asked.
	readyInterval = 50 * time.Millisecond

	// Ports are taken from below the range from which systems give ports to
	// outgoing connections. In that range, a client that dials a killed server's port
	// could be given that very port and connect to itself.
	firstPort, endPort = 20000, 32000
)

// errAddressTaken says that somebody else listens on the address that was free
// when it was chosen.
var errAddressTaken = errors.New("address taken")

// freeAddress returns an address of 127.0.0.1 that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var listen net.ListenConfig
	var last error
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(endPort-firstPort)))
		l, err := listen.Listen(ctx, "tcp", address)
		if err != nil {
			last = err
			continue
		}
		if err := l.Close(); err != nil {
			return "", fmt.Errorf("free address for the API server: %w", err)
		}
		return address, nil
	}
	return "", fmt.Errorf("free address for the API server, ports %d to %d: %w", firstPort, endPort, last)
}

// waitReady returns when the API server serves, when it or etcd has ended, or when
// the server is stopped. The caller holds the server's lock.
func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	client, err := s.probeClient()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		notReady := s.probe(ctx, client)
		if notReady == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.api.done:
			err := s.api.failure()
			if strings.Contains(tail(s.api.log), "address already in use") {
				err = fmt.Errorf("%w: %w", errAddressTaken, err)
			}
			return err
		case <-s.etcd.done:
			return s.etcd.failure()
		case <-s.life.Done():
			return fmt.Errorf("wait for the API server: stopped: %w", s.life.Err())
		case <-ctx.Done():
			return fmt.Errorf("wait for the API server: %w: last: %w; its log ends:\n%s", ctx.Err(), notReady, tail(s.api.log))
		}
	}
}

// probe asks for all that Start promises. The service "kubernetes" is in the
// default namespace and has a cluster IP, so it is there after both work.
func (s *Server) probe(ctx context.Context, client *http.Client) error {
	for _, path := range []string{"/readyz", "/api/v1/namespaces/default/services/kubernetes"} {
		if err := get(ctx, client, "https://"+s.host+path); err != nil {
			return err
		}
	}
	return nil
}

func get(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("answer of %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %s", url, response.Status, body)
	}
	return nil
}

// probeClient returns a client of its own, whose connections do not stay.
func (s *Server) probeClient() (*http.Client, error) {
	admin, err := s.authority.client(certificateAge, "readiness", []string{"system:masters"})
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(admin.cert, admin.key)
	if err != nil {
		return nil, fmt.Errorf("certificate of the readiness probe: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.authority.cert)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:   tls.VersionTLS12,
			RootCAs:      roots,
			Certificates: []tls.Certificate{certificate},
		},
	}}, nil
}
