// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
)

// Defects F row 2 d: in every iteration a new client starts, while objects are written
// and handlers are added. What is made before, while and after the informers list and
// watch is there once.
//
// Defects C.4 row 24.
func TestOracle_informersStart(t *testing.T) {
	trials(t, 100, 25, func(t *testing.T, random *rand.Rand, iterations int) {
		var wrap func(http.RoundTripper) http.RoundTripper
		if random.IntN(2) == 0 {
			wrap = inPages
		}
		s := newStage(t, wrap, namespaces())
		w := newMapWriter(s)
		for range iterations {
			begin(s, w, random)
			if t.Failed() {
				break
			}
		}
		close(s.stop)
		s.client.Shutdown()
		s.server.Close()
	})
}

// begin makes a client with informers and handlers, and starts it, in whatever order.
func begin(s *stage, w *mapWriter, random *rand.Rand) {
	s.t.Helper()
	client, err := kube.New(s.client.RESTConfig(), kube.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		s.t.Fatal(err)
	}
	own := &stage{t: s.t, server: s.server, client: client, stop: make(chan struct{})}
	own.watch(func(random *rand.Rand) view { return openMaps(own, random) })
	own.slowDown()
	one := own.crowd[0]
	acts := []func(*rand.Rand){w.write, w.write, w.write}
	if early := random.IntN(2) == 0; early {
		one.begin(random)
		one.begin(random)
		acts = append(acts, func(*rand.Rand) { runs(own, one.observers, w) })
		for _, o := range one.observers {
			acts = append(acts, func(random *rand.Rand) { addLate(own.t, o, random) })
		}
	} else {
		acts = append(acts, func(random *rand.Rand) {
			one.begin(random)
			one.observers[0].informer.Start(own.stop)
			addLate(own.t, one.observers[0], random)
		})
	}
	own.crowd = nil // it does nothing of its own
	own.round(random, acts...)
	own.crowd = []*watcher{one}
	own.settled(w.mark(), func(o *observer) { o.check(own.t, w.live()) })
	own.hurry()
	close(own.stop)
	client.Shutdown()
}

// runs starts all informers. If none has started yet, what was there before and still is
// has been read when that returns.
func runs(s *stage, observers []*observer, w *mapWriter) {
	s.t.Helper()
	before := identities(w.live())
	if !s.client.RunAndWait(s.stop) {
		s.t.Error("not ready")
	}
	if slices.ContainsFunc(observers, func(o *observer) bool { return o.started }) {
		return
	}
	for _, o := range observers {
		read := identities(o.list(metav1.NamespaceAll))
		for _, obj := range w.live() {
			if id := obj.GetUID(); before[id] && !read[id] && o.once && (o.shows == nil || o.shows(obj)) {
				s.t.Errorf("%s: %s was there before the start and is not found after it", o.name, key(obj))
			}
		}
	}
}

func identities(objects []controllers.Object) map[apitypes.UID]bool {
	found := map[apitypes.UID]bool{}
	for _, o := range objects {
		found[o.GetUID()] = true
	}
	return found
}

// addLate adds handlers; once one is synced, it knows what was cached before and still
// is.
func addLate(t *testing.T, o *observer, random *rand.Rand) {
	t.Helper()
	for range 1 + random.IntN(3) {
		before := identities(o.list(metav1.NamespaceAll))
		l := o.add(random)
		if l.registration == nil || l.slow || l.lives > 0 {
			continue
		}
		<-l.registration.HasSyncedChecker().Done()
		for _, obj := range o.list(metav1.NamespaceAll) {
			if before[obj.GetUID()] && o.once && !l.knows(obj) {
				t.Errorf("%s: synced, and does not know %s", l.name, key(obj))
			}
		}
	}
}
