// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/sets"
)

// namespaces is a filter that selects namespaces and changes its mind.
type namespaces struct {
	mu       sync.Mutex
	selected sets.String
	handlers map[int]kubetypes.NamespacesHandler
	next     int
}

func newNamespaces(selected ...string) *namespaces {
	return &namespaces{selected: sets.New(selected...), handlers: map[int]kubetypes.NamespacesHandler{}}
}

func (n *namespaces) Filter(obj any) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	o := obj.(*corev1.ConfigMap)
	if o.Namespace == "" {
		return n.selected.Contains(o.Name) // as a Namespace is filtered
	}
	return n.selected.Contains(o.Namespace)
}

func (n *namespaces) AddHandler(handler kubetypes.NamespacesHandler) { n.Subscribe(handler) }

func (n *namespaces) Subscribe(handler kubetypes.NamespacesHandler) (unsubscribe func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := n.next
	n.next++
	n.handlers[id] = handler
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.handlers, id)
	}
}

func (n *namespaces) subscribers() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.handlers)
}

// flip selects a namespace that was not selected, or the opposite. Handlers are
// called under the filter's lock on purpose: a client must bear that.
func (n *namespaces) flip(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	selected, deselected := sets.New[string](), sets.New[string]()
	if n.selected.Contains(name) {
		n.selected.Delete(name)
		deselected.Insert(name)
	} else {
		n.selected.Insert(name)
		selected.Insert(name)
	}
	for _, h := range n.handlers {
		h(selected, deselected)
	}
}
