// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"context"
	"io"
	"net/http"

	"github.com/krtkit/krtkit/kube/kubefake/internal/api"
)

// answer answers a request with the faults that concern it. The watch is not nil if the response is one; it must be closed.
// After an error the client gets no response.
func (s *Server) answer(req *http.Request) (*api.Response, *openWatch, error) {
	asked := requestOf(req)
	var faults []*Fault
	for _, f := range s.faults.all() {
		if f.moment != beforeEvent && f.match.matches(asked) {
			faults = append(faults, f)
		}
	}
	if resp, err := s.before(req, faults); resp != nil || err != nil {
		return resp, nil, err
	}
	resp := s.handler.Handle(req)
	var watch *openWatch
	if resp.Stream != nil {
		watch = s.watches.open(req.Context(), s, asked)
	}
	for _, f := range faults {
		if f.moment != beforeResponse || !f.take() {
			continue
		}
		if watch != nil {
			watch.close()
			// Nobody reads it, but it has to be called.
			_ = resp.Stream(watch.ctx, io.Discard, watch) //nolint:contextcheck // it is made of the request's
		}
		return nil, nil, f.act(req.Context())
	}
	return resp, watch, nil
}

// before applies what faults do before a request is carried out.
func (s *Server) before(req *http.Request, faults []*Fault) (*api.Response, error) {
	if len(faults) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	//nolint:contextcheck // the server's life, besides the request's
	stopWithServer := afterwards(s.ctx, func() { cancel(errClosed) })
	defer stopWithServer()
	for _, f := range faults {
		if f.moment != beforeRequest || !f.take() {
			continue
		}
		err := f.act(ctx)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			continue
		}
		if resp, known := api.ErrorResponse(err); known {
			return resp, nil
		}
		return nil, err
	}
	return nil, nil
}
