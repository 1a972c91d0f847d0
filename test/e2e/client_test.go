// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
)

// patience is how long a test waits for something that takes milliseconds on an
// idle machine, before it fails with a better message than a timeout of go test.
const patience = time.Minute

// newClient returns a client whose informers end with the test, and the channel
// that ends them.
func newClient(t *testing.T, config *rest.Config) (kube.Client, <-chan struct{}) {
	t.Helper()
	client, err := kube.New(config)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	t.Cleanup(func() {
		close(stop)
		client.Shutdown()
	})
	return client, stop
}

// told is what handlers have told, in order.
type told chan string

// newTold returns one with room for all that a test says, so that no handler waits.
func newTold() told { return make(told, 1000) }

// want fails the test unless exactly these are told next.
func (c told) want(t *testing.T, want ...string) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for _, w := range want {
		select {
		case got := <-c:
			if got != w {
				t.Fatalf("handler was told %q, want %q", got, w)
			}
		case <-timeout.C:
			t.Fatalf("handler was not told %q within %v", w, patience)
		}
	}
}

// wantNoMore fails the test if something else was told.
func (c told) wantNoMore(t *testing.T) {
	t.Helper()
	select {
	case got := <-c:
		t.Errorf("handler was told %q, want nothing more", got)
	default:
	}
}

// need returns what a call has returned, or fails the test: need(call())(t).
func need[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
