// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

// connection is the way to a server, which can be cut and which remembers what came
// back on it.
type connection struct {
	next http.RoundTripper

	mu     sync.Mutex
	answer func(*http.Request) (*http.Response, error) // instead of the server's; nil while all is well
	whole  context.Context                             // ends when the connection is cut
	cut    context.CancelFunc
	texts  map[string]int // how often the server said one of these

	refused chan refusal
}

// refusal is an answer of the server that is an error.
type refusal struct {
	method string // of the request
	code   int
	header http.Header
}

// connect returns the way by which clients with the configuration go from now on. It
// listens for the texts in what the server says; they have no part in each other.
func connect(config *rest.Config, texts ...string) *connection {
	c := &connection{texts: map[string]int{}, refused: make(chan refusal, 10000)}
	for _, text := range texts {
		c.texts[text] = 0
	}
	c.whole, c.cut = context.WithCancel(context.Background())
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		c.next = next
		return c
	})
	return c
}

// RoundTrip implements [http.RoundTripper].
func (c *connection) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	answer, whole := c.answer, c.whole
	c.mu.Unlock()
	if answer != nil {
		return answer(r)
	}
	ctx, cancel := context.WithCancel(r.Context())
	context.AfterFunc(whole, cancel) //nolint:contextcheck // the request ends with the connection, too
	response, err := c.next.RoundTrip(r.WithContext(ctx))
	switch {
	case err != nil && whole.Err() != nil:
		return nil, errCut
	case err != nil:
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		c.refused <- refusal{method: r.Method, code: response.StatusCode, header: response.Header}
	}
	response.Body = &body{ReadCloser: response.Body, on: c, whole: whole}
	return response, nil
}

// breakWith ends all requests under way, such as watches, and has others answered by
// answer, or by the server if it is nil.
func (c *connection) breakWith(answer func(*http.Request) (*http.Response, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
	c.cut()
	c.whole, c.cut = context.WithCancel(context.Background())
}

// awaitRefusal waits until the server answers a request of the method with the status
// code, and returns the header of the answer.
func (c *connection) awaitRefusal(t *testing.T, method string, code int) http.Header {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case refused := <-c.refused:
			if refused.method == method && refused.code == code {
				return refused.header
			}
		case <-timeout.C:
			t.Fatalf("the server answered no %s with %d within %v", method, code, patience)
		}
	}
}

// heard returns how often the server said the text.
func (c *connection) heard(text string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.texts[text]
}

// body is what the server says.
type body struct {
	io.ReadCloser

	on    *connection
	whole context.Context //nolint:containedctx // it is the connection's
	rest  []byte          // of what was read, in which the beginning of a text may be
}

// Read implements [io.Reader]. It ends as at a connection that was lost when that is cut.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.listen(p[:n])
	if err != nil && b.whole.Err() != nil {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// listen counts the texts in what was said, in whatever format: texts are the same in all.
func (b *body) listen(said []byte) {
	b.on.mu.Lock()
	defer b.on.mu.Unlock()
	longest := 0
	said = append(b.rest, said...)
	for text := range b.on.texts {
		b.on.texts[text] += bytes.Count(said, []byte(text)) - bytes.Count(b.rest, []byte(text))
		longest = max(longest, len(text))
	}
	b.rest = bytes.Clone(said[max(0, len(said)-max(0, longest-1)):])
}

var errCut = errors.New("the connection is cut, as the test wants it")

// unreachable is how a server is out of reach for reasons that a client knows nothing of.
func unreachable(*http.Request) (*http.Response, error) { return nil, errCut }

// refuseConnections is how the port of a server is that does not run.
func refuseConnections(*http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("as the test wants it: %w", syscall.ECONNREFUSED)
}

func tooManyRequests(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusTooManyRequests, Request: r, Header: http.Header{"Retry-After": {"1"}, "Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"TooManyRequests","code":429}`)),
	}, nil
}
