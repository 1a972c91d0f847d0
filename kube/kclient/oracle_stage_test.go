// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// stage is a server, a client of it, and the watchers of what happens there.
type stage struct {
	t      *testing.T
	server *kubefake.Server
	client kube.Client
	stop   chan struct{}
	ready  chan struct{} // closed when run is done; nil if that was not called
	crowd  []*watcher

	pause  atomic.Pointer[chan struct{}] // closed when slow handlers have to go on
	checks int                           // how often an observer was compared with the server
}

// newStage returns a stage whose client's requests go through a transport; nil for none.
func newStage(t *testing.T, wrap func(http.RoundTripper) http.RoundTripper, objects []kruntime.Object, opts ...kube.Option) *stage {
	t.Helper()
	s := &stage{t: t, server: kubefake.NewServer(objects...), stop: make(chan struct{})}
	config := s.server.RESTConfig()
	if wrap != nil {
		config.Wrap(wrap)
	}
	client, err := kube.New(config, append(opts, kube.WithLogger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	s.slowDown()
	return s
}

// run starts what there is, and does not wait.
func (s *stage) run() {
	ready, stop := make(chan struct{}), s.stop
	s.ready = ready
	go func() {
		if s.client.RunAndWait(stop) {
			close(ready)
		}
	}()
}

// slowDown has slow handlers wait until they are hurried.
func (s *stage) slowDown() {
	pause := make(chan struct{})
	s.pause.Store(&pause)
}

func (s *stage) hurry() { close(*s.pause.Load()) }

// watch adds a watcher that opens views.
func (s *stage) watch(open func(random *rand.Rand) view) {
	s.crowd = append(s.crowd, &watcher{stage: s, name: fmt.Sprint("watcher ", len(s.crowd)), open: open})
}

// round runs the acts and has every watcher do something, all at once.
func (s *stage) round(random *rand.Rand, acts ...func(random *rand.Rand)) {
	var all sync.WaitGroup
	for _, w := range s.crowd {
		acts = append(acts, w.act)
	}
	for _, act := range acts {
		own := branch(random)
		all.Go(func() {
			for range own.IntN(4) {
				runtime.Gosched()
			}
			act(own)
		})
	}
	all.Wait()
}

// settled has slow handlers go on, waits until every cache shows the version, if there is
// one, and until nothing happens any more, and then calls check for every observer.
func (s *stage) settled(version string, check func(o *observer)) {
	s.t.Helper()
	s.hurry()
	for _, o := range s.observers() {
		o.informer.Start(s.stop)
	}
	if version != "" {
		for _, o := range s.observers() {
			o.await(s.t, version)
		}
	}
	if s.ready != nil {
		select {
		case <-s.ready:
		case <-time.After(time.Hour): // of the bubble
			s.t.Errorf("Run waits for %v", s.client.NotReady())
		}
	}
	synctest.Wait()
	for _, o := range s.observers() {
		check(o)
		s.checks++
	}
	for _, w := range s.crowd {
		for _, o := range w.retired {
			w.close(o)
		}
		w.retired = nil
		for _, o := range w.closed {
			for _, l := range o.past {
				l.report(s.t)
			}
		}
	}
	s.slowDown()
}

// restart ends all informers by their stop channel. Observers that are opened from now on
// have others, although those before are closed only when all has settled.
func (s *stage) restart() {
	close(s.stop)
	s.stop = make(chan struct{})
	for _, w := range s.crowd {
		w.retired, w.observers = append(w.retired, w.observers...), nil
	}
	s.run()
}

// abandon closes all observers, after which nobody watches the resource any more.
func (s *stage) abandon(resource string) {
	s.t.Helper()
	s.hurry()
	for _, w := range s.crowd {
		for _, o := range slices.Concat(w.observers, w.retired) {
			w.close(o)
		}
		w.observers, w.retired = nil, nil
	}
	synctest.Wait()
	if n := s.server.CutWatches(kubefake.Match{Resource: resource}); n > 0 {
		s.t.Errorf("%d watches of %s, and nobody wants to know", n, resource)
	}
	s.slowDown()
}

func (s *stage) observers() []*observer {
	var all []*observer
	for _, w := range s.crowd {
		all = append(all, w.observers...)
	}
	return all
}

// end stops the client while the last acts are under way. When Shutdown has returned,
// nobody is called any more, whatever the last act, after, does on the server.
func (s *stage) end(random *rand.Rand, after func(), acts ...func(random *rand.Rand)) {
	s.t.Helper()
	s.hurry()
	s.round(random, append(acts, func(*rand.Rand) { close(s.stop) })...)
	s.client.Shutdown()
	var ledgers []*ledger
	for _, w := range s.crowd {
		for _, o := range slices.Concat(w.closed, w.retired, w.observers) {
			ledgers = slices.Concat(ledgers, o.past, o.ledgers)
		}
	}
	calls := make([]int, len(ledgers))
	for i, l := range ledgers {
		calls[i] = l.count()
	}
	after()
	synctest.Wait()
	told := 0
	for i, l := range ledgers {
		told += calls[i]
		if got := l.count(); got != calls[i] {
			s.t.Errorf("%s: %d calls after Shutdown", l.name, got-calls[i])
		}
		l.report(s.t)
	}
	s.server.Close()
	if s.t.Logf("%d handlers were told %d events; %d checks", len(ledgers), told, s.checks); told == 0 || s.checks == 0 {
		s.t.Error("nothing was tried")
	}
}

// watcher opens and closes observers, and has them add and end handlers. One goroutine at
// a time uses it.
type watcher struct {
	stage     *stage
	name      string
	open      func(random *rand.Rand) view
	observers []*observer
	retired   []*observer // whose informers were ended
	closed    []*observer
	opened    int
}

func (w *watcher) close(o *observer) {
	o.close(w.stage.t)
	w.closed = append(w.closed, o)
}

// act does something with one of the observers.
func (w *watcher) act(random *rand.Rand) {
	if len(w.observers) == 0 {
		w.begin(random)
		return
	}
	i := random.IntN(len(w.observers))
	o := w.observers[i]
	switch random.IntN(12) {
	case 0:
		if len(w.observers) < 3 {
			w.begin(random)
		}
	case 1:
		w.close(o)
		w.observers = slices.Delete(w.observers, i, i+1)
	case 2:
		o.endAll()
	case 3, 4:
		o.endOne(random)
	case 5, 6, 7, 8:
		if len(o.ledgers) < 8 {
			o.add(random)
		}
	case 9:
		o.index = o.informer.Index("keys", indexKeys)
	case 10:
		o.informer.Start(w.stage.stop)
	default:
		o.list(metav1.NamespaceAll)
	}
	for _, o := range w.observers {
		o.look(w.stage.t)
	}
}

// begin opens an observer.
func (w *watcher) begin(random *rand.Rand) {
	w.opened++
	o := &observer{
		view: w.open(random), name: fmt.Sprintf("observer %d of %s", w.opened, w.name),
		wait: func() { <-*w.stage.pause.Load() },
	}
	if random.IntN(2) == 0 {
		o.index = o.informer.Index("keys", indexKeys)
	}
	for range random.IntN(3) {
		o.add(random)
	}
	if o.started = random.IntN(2) == 0; o.started {
		o.informer.Start(w.stage.stop)
	}
	w.observers = append(w.observers, o)
}

// objectsOf puts objects of any type into one list.
func objectsOf[T controllers.Object](list []T) []controllers.Object {
	objects := make([]controllers.Object, 0, len(list))
	for _, o := range list {
		objects = append(objects, o)
	}
	return objects
}
