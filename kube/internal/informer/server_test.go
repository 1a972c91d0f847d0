// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

// server is as much of an API server as an informer talks to: it lists and watches
// ConfigMaps, with resource versions that can be compacted away.
type server struct {
	mu        sync.Mutex
	version   int
	objects   map[string]*corev1.ConfigMap
	log       []watch.Event // log[i] led to version i+1
	compacted int           // watches from before this version fail
	watches   map[*stream]struct{}
	lists     int
	listError error
	noList    chan struct{} // lists wait for it, if it is set
	noWatch   error
	streams   bool // informers try to stream lists
}

func newServer(objects ...*corev1.ConfigMap) *server {
	s := &server{objects: map[string]*corev1.ConfigMap{}, watches: map[*stream]struct{}{}}
	for _, o := range objects {
		s.put(o)
	}
	return s
}

// configMap returns an object in a namespace, with pairs of labels.
func configMap(namespace, name string, labels ...string) *corev1.ConfigMap {
	o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	for i := 0; i+1 < len(labels); i += 2 {
		metav1.SetMetaDataLabel(&o.ObjectMeta, labels[i], labels[i+1])
	}
	return o
}

func keyOf(o metav1.Object) string { return o.GetNamespace() + "/" + o.GetName() }

// put creates or replaces an object.
func (s *server) put(o *corev1.ConfigMap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o = o.DeepCopy()
	kind := watch.Modified
	if s.objects[keyOf(o)] == nil {
		kind = watch.Added
	}
	s.record(kind, o)
	s.objects[keyOf(o)] = o
}

func (s *server) remove(namespace, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[namespace+"/"+name]
	if o == nil {
		return
	}
	delete(s.objects, keyOf(o))
	o = o.DeepCopy()
	metav1.SetMetaDataAnnotation(&o.ObjectMeta, "final", "true")
	s.record(watch.Deleted, o)
}

func (s *server) record(kind watch.EventType, o *corev1.ConfigMap) {
	s.version++
	o.ResourceVersion = strconv.Itoa(s.version)
	s.log = append(s.log, watch.Event{Type: kind, Object: o.DeepCopy()})
	for w := range s.watches {
		w.events <- s.log[len(s.log)-1]
	}
}

// dropWatches ends all watches, as a server does that goes away.
func (s *server) dropWatches() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watches {
		delete(s.watches, w)
		close(w.events)
	}
}

// compact forgets all history: whoever lags behind has to list again.
func (s *server) compact() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compacted = s.version
}

func (s *server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listError = err
}

// refuse has lists and watches fail with an error, or work again with nil.
func (s *server) refuse(err error) {
	s.fail(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noWatch = err
}

func (s *server) listCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists
}

func (s *server) ListWithContext(ctx context.Context, _ metav1.ListOptions) (runtime.Object, error) {
	if s.noList != nil {
		select {
		case <-s.noList:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists++
	if s.listError != nil {
		return nil, s.listError
	}
	list := &corev1.ConfigMapList{ListMeta: metav1.ListMeta{ResourceVersion: strconv.Itoa(s.version)}}
	for _, o := range s.objects {
		list.Items = append(list.Items, *o.DeepCopy())
	}
	return list, nil
}

func (s *server) WatchWithContext(_ context.Context, options metav1.ListOptions) (watch.Interface, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noWatch != nil {
		return nil, s.noWatch
	}
	from, err := strconv.Atoi(options.ResourceVersion)
	if err != nil {
		return nil, apierrors.NewBadRequest("watch without a resource version")
	}
	if from < s.compacted {
		return nil, apierrors.NewResourceExpired("too old resource version")
	}
	w := &stream{server: s, events: make(chan watch.Event, len(s.log)-from+100_000)}
	for _, e := range s.log[from:] {
		w.events <- e
	}
	s.watches[w] = struct{}{}
	return w, nil
}

func (s *server) List(options metav1.ListOptions) (runtime.Object, error) {
	return s.ListWithContext(context.Background(), options)
}

func (s *server) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return s.WatchWithContext(context.Background(), options)
}

func (s *server) IsWatchListSemanticsUnSupported() bool { return !s.streams }

type stream struct {
	server *server
	events chan watch.Event
}

func (w *stream) ResultChan() <-chan watch.Event { return w.events }

func (w *stream) Stop() {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	if _, ok := w.server.watches[w]; ok {
		delete(w.server.watches, w)
		close(w.events)
	}
}

// start runs an informer of the server until the test ends or the returned function
// is called, which waits for its end.
func start(t *testing.T, s *server, configure ...func(*informer.Config)) (*informer.Shared, func()) {
	t.Helper()
	i := newInformer(s, configure...)
	return i, run(t, i)
}

func newInformer(s *server, configure ...func(*informer.Config)) *informer.Shared {
	config := informer.Config{
		Name:          "configmaps.v1",
		ListerWatcher: s,
		Expected:      &corev1.ConfigMap{},
		Logger:        slog.New(slog.DiscardHandler),
	}
	for _, f := range configure {
		f(&config)
	}
	return informer.New(config)
}

func run(tb testing.TB, i cache.SharedIndexInformer) func() {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		i.RunWithContext(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}
