// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
)

func TestWaitForCacheSync_waitsForAllOrForTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		after := func(d time.Duration) func() bool {
			return func() bool { return time.Since(began) >= d }
		}
		stop := make(chan struct{})
		if !kube.WaitForCacheSync("none", stop) || !kube.WaitForCacheSync("now", stop, after(0)) || time.Since(began) != 0 {
			t.Error("what is synced was waited for")
		}
		if !kube.WaitForCacheSync("later", stop, after(5*time.Millisecond), after(time.Second)) {
			t.Error("returned false without a stop")
		}
		if d := time.Since(began); d < time.Second || d > 1100*time.Millisecond {
			t.Errorf("returned after %v, want 1s and at most a pause of 100ms", d)
		}
		time.AfterFunc(time.Second, func() { close(stop) })
		began = time.Now()
		if kube.WaitForCacheSync("never", stop, func() bool { return false }) {
			t.Error("returned true without being synced")
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("returned %v after the start, want at the moment of the stop, 1s", d)
		}
		if kube.WaitForCacheSync("stopped before", stop, after(0)) {
			t.Error("returned true although stop was closed before")
		}
	})
}

// The client's method reports to the client's logger.
func TestClient_WaitForCacheSyncLogsToItsLogger(t *testing.T) {
	var text strings.Builder
	client := newClient(t, &rest.Config{Host: "h"}, kube.WithLogger(slog.New(slog.NewTextHandler(&text, nil))))
	stop := make(chan struct{})
	close(stop)
	if client.WaitForCacheSync("pods", stop) {
		t.Error("returned true although stop was closed")
	}
	if !strings.Contains(text.String(), "name=pods") {
		t.Errorf("logged %q, want the name", text.String())
	}
}

type checker struct {
	name string
	done chan struct{}
}

func (c checker) Name() string          { return c.name }
func (c checker) Done() <-chan struct{} { return c.done }

func TestWaitForSync_waitsForAllOrNamesTheMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := checker{"a", make(chan struct{})}, checker{"b", make(chan struct{})}, checker{"c", make(chan struct{})}
		began := time.Now()
		time.AfterFunc(2*time.Second, func() { close(a.done) })
		time.AfterFunc(time.Second, func() { close(b.done) })
		if err := kube.WaitForSync(t.Context(), "both", a, b); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("returned %v after %v, want nil after 2s", err, time.Since(began))
		}
		if err := kube.WaitForSync(t.Context(), "none"); err != nil {
			t.Error(err)
		}
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(enough) })
		err := kube.WaitForSync(ctx, "three", a, c, b)
		if !errors.Is(err, enough) || err.Error() != "wait for three: not synced: c: enough" {
			t.Errorf("returned %v", err)
		}
		if err := kube.WaitForSync(ctx, "two", a, b); !errors.Is(err, enough) {
			t.Errorf("returned %v after the end, want the cause", err)
		}
	})
}

type synced bool

func (s synced) HasSynced() bool { return bool(s) }

func TestAllSynced_isTrueIfNoneIsMissing(t *testing.T) {
	if !kube.AllSynced([]synced{}) || !kube.AllSynced([]synced{true, true}) || kube.AllSynced([]synced{true, false}) {
		t.Error("AllSynced is not the conjunction")
	}
}
