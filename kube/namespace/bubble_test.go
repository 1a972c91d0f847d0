// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/namespace"
	"github.com/krtkit/krtkit/util/sets"
)

// settings is a source that tests change.
type settings struct {
	mu        sync.Mutex
	list      []*metav1.LabelSelector
	listeners map[int]func()
	next      int
}

func newSettings(list ...*metav1.LabelSelector) *settings {
	return &settings{list: list, listeners: map[int]func(){}}
}

func (s *settings) Selectors() []*metav1.LabelSelector {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list
}

func (s *settings) OnChange(f func()) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.next
	s.next++
	s.listeners[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, id)
	}
}

// set replaces the list. Listeners are called under the source's lock on purpose: a
// filter must bear that.
func (s *settings) set(list ...*metav1.LabelSelector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = list
	for _, f := range s.listeners {
		f()
	}
}

func (s *settings) listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

// env selects namespaces by their label env.
func env(value string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"env": value}}
}

func invalid() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "env", Operator: "Near"}}}
}

// labelled is a namespace with the label env.
func labelled(name, value string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"env": value}}}
}

func settingsMap(ns, name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
}

// bubble is a fake server, and a client with namespaces.
type bubble struct {
	t          *testing.T
	client     *kubefake.Client
	namespaces kclient.Client[*corev1.Namespace]
	stop       chan struct{}
}

// inBubble runs f, and sees that nothing is left running.
func inBubble(t *testing.T, f func(b bubble), objects ...runtime.Object) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := kubefake.NewClient(objects...)
		b := bubble{t, client, kclient.New[*corev1.Namespace](client), make(chan struct{})}
		defer client.Close()
		defer client.Shutdown()
		defer close(b.stop)
		f(b)
	})
}

func (b bubble) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// run starts what has been made and waits until nothing happens.
func (b bubble) run() {
	b.t.Helper()
	if !b.client.RunAndWait(b.stop) {
		b.t.Fatal("not ready")
	}
	synctest.Wait()
}

func (b bubble) create(name, value string) {
	b.t.Helper()
	_, err := b.namespaces.Create(labelled(name, value))
	b.must(err)
}

func (b bubble) relabel(name, value string) {
	b.t.Helper()
	_, err := b.namespaces.Update(labelled(name, value))
	b.must(err)
}

// record is what a handler was told.
type record struct {
	mu      sync.Mutex
	entries []string
}

func (r *record) handle(selected, deselected sets.String) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var parts []string
	for _, name := range sets.SortedList(selected) {
		parts = append(parts, "+"+name)
	}
	for _, name := range sets.SortedList(deselected) {
		parts = append(parts, "-"+name)
	}
	r.entries = append(r.entries, strings.Join(parts, " "))
}

// expect compares what was told since the last call, one string for each call.
func (r *record) expect(t *testing.T, after string, want ...string) {
	t.Helper()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.entries); diff != "" {
		t.Errorf("after %s: announcements mismatch (-want +got):\n%s", after, diff)
	}
	r.entries = nil
}

var _ namespace.Source = (*settings)(nil)
