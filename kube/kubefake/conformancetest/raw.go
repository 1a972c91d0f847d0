// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"k8s.io/client-go/rest"
)

// newRequest makes a request to a path of the server.
func newRequest(e *env, method, path string, body []byte) *http.Request {
	e.Helper()
	base, _, err := rest.DefaultServerUrlFor(e.cfg)
	if err != nil {
		e.Fatal(err)
	}
	req, err := http.NewRequestWithContext(e.ctx, method, strings.TrimSuffix(base.String(), "/")+path, bytes.NewReader(body))
	if err != nil {
		e.Fatal(err)
	}
	return req
}

func send(e *env, req *http.Request) (int, http.Header, []byte) {
	e.Helper()
	client, err := rest.HTTPClientFor(e.cfg)
	if err != nil {
		e.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		e.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		e.Fatal(err)
	}
	return resp.StatusCode, resp.Header, data
}
