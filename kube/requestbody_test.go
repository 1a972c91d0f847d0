// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/krtkit/krtkit/kube"
)

func TestHTTPConfigReader_readsUpToTheLimit(t *testing.T) {
	limit := int(kube.MaxRequestBodyBytes)
	for _, tt := range []struct {
		name          string
		size          int
		isLengthKnown bool
		want          bool
	}{
		{"nothing", 0, true, true},
		{"the limit", limit, true, true},
		{"the limit, of unknown length", limit, false, true},
		{"more", limit + 1, true, false},
		{"more, of unknown length", limit + 1, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := bytes.NewReader(make([]byte, tt.size))
			req := httptest.NewRequest(http.MethodPost, "/", body)
			if !tt.isLengthKnown {
				req.ContentLength = -1
			}
			data, err := kube.HTTPConfigReader(req)
			if tt.want && (err != nil || len(data) != tt.size) {
				t.Errorf("read %d bytes, %v", len(data), err)
			}
			if !tt.want && !apierrors.IsRequestEntityTooLargeError(err) {
				t.Errorf("read %d bytes, %v; want that it is too large", len(data), err)
			}
			if !tt.want && tt.isLengthKnown && body.Len() != tt.size {
				t.Error("a body was read whose length said that it is too large")
			}
		})
	}
	broken := errors.New("broken")
	req := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(iotest.ErrReader(broken)))
	if _, err := kube.HTTPConfigReader(req); !errors.Is(err, broken) {
		t.Errorf("returned %v, want the reader's error", err)
	}
	if data, err := kube.HTTPConfigReader(&http.Request{}); err != nil || len(data) != 0 {
		t.Errorf("read %v, %v of no body", data, err)
	}
}
