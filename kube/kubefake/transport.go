// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"

	"github.com/krtkit/krtkit/kube/kubefake/internal/api"
)

// errClosed is what clients get after Close. It is a refused connection, so that informers take it as a server that is
// away for a while.
var errClosed = fmt.Errorf("kubefake: server is closed: %w", syscall.ECONNREFUSED)

// Transport returns a way for HTTP clients to reach the server without a network. Requests are answered in the calling
// goroutine; the body of a watch is written by a goroutine that ends with the watch, when the request's context ends,
// when the body is closed or when the server is. The host of requests does not matter.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() //nolint:errcheck // a RoundTripper closes bodies and has nobody to tell
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if !t.s.begin() {
		return nil, errClosed
	}
	resp, watch, err := t.s.answer(req)
	if err != nil {
		t.s.running.Done()
		return nil, err
	}
	out := &http.Response{
		Status:     strconv.Itoa(resp.Code) + " " + http.StatusText(resp.Code),
		StatusCode: resp.Code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: resp.Header, Request: req, ContentLength: -1,
	}
	if resp.Stream != nil {
		out.Body = t.s.stream(watch, resp)
		return out, nil
	}
	t.s.running.Done()
	out.ContentLength = resp.Size()
	out.Body = &chunks{resp.Body}
	if req.Method == http.MethodHead {
		out.Body = http.NoBody
	}
	return out, nil
}

// stream runs a watch in a goroutine of its own. What begin counted ends with it.
func (s *Server) stream(watch *openWatch, resp *api.Response) io.ReadCloser {
	stopWithServer := afterwards(s.ctx, watch.close)
	r, w := io.Pipe()
	closeWrites := func() {
		err := context.Cause(watch.ctx)
		if s.ctx.Err() != nil {
			err = io.EOF
		}
		// Without an error the reader sees io.EOF too: the watch ended by itself.
		_ = w.CloseWithError(err)
	}
	// A write that nobody reads has to end with the context.
	stopWrites := afterwards(watch.ctx, closeWrites)
	go func() {
		defer s.running.Done()
		defer watch.close()
		defer stopWithServer()
		if err := resp.Stream(watch.ctx, w, watch); err != nil {
			_ = w.CloseWithError(err)
		}
		closeWrites()
		stopWrites()
	}()
	return &streamBody{PipeReader: r, end: watch.close}
}

type streamBody struct {
	*io.PipeReader
	end func()
}

// Close ends the watch.
func (b *streamBody) Close() error {
	err := b.PipeReader.Close()
	b.end()
	return err
}

// chunks is the body of a finished response. It implements [io.WriterTo] too.
type chunks struct{ net.Buffers }

// Close implements [io.Closer].
func (*chunks) Close() error { return nil }

// afterwards arranges for f to be called when the context ends. The returned function, to be called once, calls it off or
// waits until it has returned.
func afterwards(ctx context.Context, f func()) func() {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		f()
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}
