// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// Compact has etcd forget all of the past and returns the resource version of the
// present, the oldest one that is left. It does not matter whether the API server runs.
//
// Whoever asks etcd for the changes after an earlier resource version gets the error
// 410 Expired. The API server asks etcd when it was restarted since, and always for
// resources without a watch cache (--watch-cache-sizes=RESOURCE#0); else it may know
// the changes still.
func (s *Server) Compact(ctx context.Context) (resourceVersion string, err error) {
	var dialer net.Dialer
	etcd := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", s.path("etcd.sock"))
		},
	}}
	var present struct {
		Header struct {
			Revision string `json:"revision"`
		} `json:"header"`
	}
	// Any read tells the revision. This is of the key "a", which is not there.
	if err := askEtcd(ctx, &etcd, "range", map[string]any{"key": "YQ=="}, &present); err != nil {
		return "", err
	}
	revision := present.Header.Revision
	if _, err := strconv.ParseInt(revision, 10, 64); err != nil {
		return "", fmt.Errorf("compact etcd: its revision: %w", err)
	}
	err = askEtcd(ctx, &etcd, "compaction", map[string]any{"revision": revision, "physical": true}, &struct{}{})
	return revision, err
}

// askEtcd calls a method of etcd's KV service, by JSON.
func askEtcd(ctx context.Context, client *http.Client, method string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("compact etcd: %s: %w", method, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://etcd/v3/kv/"+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("compact etcd: %s: %w", method, err)
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("compact etcd: %s: %w", method, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return fmt.Errorf("compact etcd: answer of %s: %w", method, err)
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("compact etcd: %s: %s: %s", method, response.Status, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("compact etcd: answer of %s: %w", method, err)
	}
	return nil
}
