// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// The limits of what a tee to a socket keeps until it is sent.
const (
	socketLines   = 10_000
	socketTimeout = time.Second
)

// WithTeeToUDS makes [Sync] and [Close] send the lines since the last time to the Unix
// socket addr too, and returns o. They are sent by a POST to path, as a JSON array of
// strings, each a line as JSON with its line feed. Unless the answer is 200 within a
// second, Sync returns an error and the lines are sent with the next. The last 10,000
// are kept; how many are lost is said in a line of its own.
func (o *Options) WithTeeToUDS(addr, path string) *Options {
	return o.WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
		t := &socketTee{url: "http://unix" + path, client: &http.Client{
			Timeout: socketTimeout,
			Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", addr)
			}},
		}}
		core := zapcore.NewCore(newEncoder(newFormat(true, false)), t, zapcore.DebugLevel)
		return zapcore.NewTee(c, core), t.close, nil
	})
}

// socketTee keeps lines until Sync sends them.
type socketTee struct {
	url    string
	client *http.Client

	sending sync.Mutex // held while lines are sent, so that they stay in order

	mu    sync.Mutex
	lines []string // guarded by mu
	lost  int      // guarded by mu: how many lines did not fit since the last success
}

// Write keeps a line.
func (t *socketTee) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(string(line))
	return len(line), nil
}

// keep appends lines, and drops the oldest that are too many. The caller holds mu.
func (t *socketTee) keep(lines ...string) {
	t.lines = append(t.lines, lines...)
	if n := len(t.lines) - socketLines; n > 0 {
		t.lost += n
		t.lines = append(t.lines[:0], t.lines[n:]...)
	}
}

// Sync sends the lines.
func (t *socketTee) Sync() error {
	t.sending.Lock()
	defer t.sending.Unlock()
	t.mu.Lock()
	lines, lost := t.lines, t.lost
	t.lines, t.lost = nil, 0
	t.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	sent := lines
	if lost > 0 {
		e := zapcore.Entry{Level: zapcore.WarnLevel, Time: time.Now(), Message: fmt.Sprintf("lost %d lines", lost)}
		sent = append([]string{string(jsonColumns.appendLine(nil, &e, nil, nil))}, lines...)
	}
	if err := t.send(sent); err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		later := t.lines
		t.lines, t.lost = lines, t.lost+lost
		t.keep(later...)
		return fmt.Errorf("send %d lines of log to %s: %w", len(lines), t.url, err)
	}
	return nil
}

func (t *socketTee) send(lines []string) error {
	body, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), socketTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answer %s", resp.Status)
	}
	return nil
}

func (t *socketTee) close() error {
	t.client.CloseIdleConnections()
	return nil
}
