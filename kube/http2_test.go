// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
)

// proxy passes bytes on to an address until it falls silent: then connections stay
// open, and nothing comes out of them.
type proxy struct {
	net.Listener

	address  string
	isSilent atomic.Bool
	running  sync.WaitGroup
}

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := new(net.Dialer).Dial("tcp", p.address)
		if err != nil {
			in.Close()
			continue
		}
		p.running.Go(func() { p.pass(in, out) })
		p.running.Go(func() { p.pass(out, in) })
	}
}

func (p *proxy) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if p.isSilent.Load() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// A machine that is switched off does not close its connections.
func TestWithHTTP2Health_givesUpConnectionsThatFellSilent(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("request came by %s", r.Proto)
		}
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: listener, address: server.Listener.Addr().String()}
	p.running.Go(p.serve)
	defer p.running.Wait()
	defer listener.Close()

	config := &rest.Config{Host: "https://" + listener.Addr().String(), TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	client := newClient(t, config, kube.WithHTTP2Health(20*time.Millisecond, 20*time.Millisecond))
	defer client.HTTPClient().CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, config.Host, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, len("first"))
	if _, err := io.ReadFull(response.Body, first); err != nil {
		t.Fatal(err)
	}
	p.isSilent.Store(true)
	began := time.Now()
	if _, err := response.Body.Read(first); err == nil {
		t.Error("something was read")
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("the connection was given up after %v, want about 40ms", d)
	}
}

func TestWithHTTP2Health_saysWhereItCannotHelp(t *testing.T) {
	config := &rest.Config{Host: "http://h", Transport: roundTripper(nil)}
	if _, err := kube.New(config, kube.WithHTTP2Health(time.Second, time.Second)); err == nil || !strings.Contains(err.Error(), "HTTP/2") {
		t.Errorf("New returned %v, want an error about HTTP/2", err)
	}
	for _, config := range []*rest.Config{{Host: "http://h"}, {Host: "https://h", TLSClientConfig: rest.TLSClientConfig{NextProtos: []string{"http/1.1"}}}} {
		if _, err := kube.New(config, kube.WithHTTP2Health(time.Second, time.Second)); err != nil {
			t.Errorf("New for %v returned %v", config.Host, err)
		}
	}
}
