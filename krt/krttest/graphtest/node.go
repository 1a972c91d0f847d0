// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// node is a collection of a graph, next to what is known of it.
type node struct {
	id     int
	kind   string
	c      krt.Collection[thing]
	index  krt.Index[string, thing]
	groups krt.IndexCollection[string, thing] // the index as a collection, or nil

	// check says what is wrong with what the node holds, given what others hold, and
	// "" if nothing is. It is nil for a source, and not asked of a node that may be
	// stopped.
	check func(r reader, got map[string]thing) string
	// augment is what the node's filters by label, by selector and by function look at
	// in place of a thing, or nil.
	augment func(t thing) thing
	// external is set if what the node holds depends on more than other nodes: it can
	// be checked only when the graph is idle.
	external bool
	// stop is what the node may be stopped by before the graph is, or nil. Nobody knows
	// what it holds then.
	stop *stopper
}

// reader reads nodes as of one moment.
type reader struct {
	w   *world
	ctx krt.HandlerContext
}

// content returns what a node holds, by name.
func (r reader) content(id int) map[string]thing { return byName(krt.Fetch(r.ctx, r.w.node(id).c)) }

// answer answers a question from what the node that is asked holds.
func (r reader) answer(q question) []thing { return q.answer(r.w.node(q.of), r.content(q.of)) }

// inspect returns what is wrong with a node, and "" if nothing is.
func (r reader) inspect(n *node) string {
	if n.check == nil || n.stop != nil {
		return ""
	}
	if diff := n.check(r, r.content(n.id)); diff != "" {
		return fmt.Sprintf("node %v mismatch (-want +got):\n%s", n, diff)
	}
	return ""
}

func (n *node) String() string { return fmt.Sprintf("%d (%s)", n.id, n.kind) }

// holds makes a check of what the node must hold.
func holds(model func(r reader) map[string]thing) func(r reader, got map[string]thing) string {
	return func(r reader, got map[string]thing) string { return cmp.Diff(model(r), got) }
}

// world is a graph.
type world struct {
	t    *testing.T
	stop chan struct{}

	mu         sync.RWMutex
	nodes      []*node
	containers []*container
	external   []func(d dice) // changes of what is in no collection
	wrong      []string       // what was found to be wrong while the graph was changing
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, stop: make(chan struct{})}
}

func (w *world) node(id int) *node {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.nodes[id]
}

// all returns the nodes that there are now.
func (w *world) all() []*node {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.Clip(w.nodes)
}

// pick returns one of the nodes.
func (w *world) pick(d dice) *node {
	all := w.all()
	return all[d.IntN(len(all))]
}

// options are those of a new collection of the graph.
func (w *world) options(name string) []krt.CollectionOption {
	return []krt.CollectionOption{krt.WithStop(w.stop), krt.WithName(name)}
}

// add adds a node and returns it.
func (w *world) add(n *node) *node {
	n.index = krt.NewIndex(n.c, "keys", indexKeys)
	w.mu.Lock()
	defer w.mu.Unlock()
	n.id = len(w.nodes)
	if n.id%3 == 0 {
		n.groups = n.index.AsCollection(krt.WithStop(w.stop))
	}
	w.nodes = append(w.nodes, n)
	return n
}

// fail notes that something is wrong. It is for goroutines that may outlive the test.
func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// addExternal adds what changes data that is in no collection.
func (w *world) addExternal(change func(d dice)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.external = append(w.external, change)
}

// changeExternal changes data that is in no collection, if there is any.
func (w *world) changeExternal(d dice) {
	w.mu.RLock()
	all := w.external
	w.mu.RUnlock()
	if len(all) > 0 {
		all[d.IntN(len(all))](d)
	}
}

// changeMembers changes what a nested join is made of, if there is one.
func (w *world) changeMembers(d dice) {
	w.mu.RLock()
	all := w.containers
	w.mu.RUnlock()
	if len(all) > 0 {
		all[d.IntN(len(all))].change(w, d)
	}
}

// haltSome stops a node that may be stopped, if it finds one. One that is stopped
// before it is synced would keep everything that derives from it from being synced.
func (w *world) haltSome(d dice) {
	for range 4 {
		if n := w.pick(d); n.stop != nil && n.stop.synced() {
			n.stop.now()
			return
		}
	}
}

// syncers returns everything in the graph, for who waits for it.
func (w *world) syncers() []krt.Syncer {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var out []krt.Syncer
	for _, n := range w.nodes {
		out = append(out, n.c)
		if n.groups != nil {
			out = append(out, n.groups)
		}
	}
	for _, c := range w.containers {
		out = append(out, c.members)
	}
	return out
}

// inspect returns what is wrong with any of the nodes.
func (w *world) inspect(nodes []*node, ctx krt.HandlerContext, idle bool) []string {
	r := reader{w, ctx}
	var wrong []string
	for _, n := range nodes {
		if n.external && !idle {
			continue
		}
		if what := r.inspect(n); what != "" {
			wrong = append(wrong, what)
		}
		wrong = append(wrong, r.inspectIndex(n)...)
	}
	return wrong
}

// inspectIndex returns what is wrong with the index of a node.
func (r reader) inspectIndex(n *node) []string {
	var wrong []string
	content := r.content(n.id)
	for _, key := range []string{"0", "1", "2", "some"} {
		for _, q := range []question{{of: n.id, index: []string{key}}, {of: n.id, index: []string{key}, how: grouped}} {
			found := q.ask(r.ctx, n)
			if diff := cmp.Diff(byName(q.answer(n, content)), byName(found)); diff != "" {
				wrong = append(wrong, fmt.Sprintf("node %v, index key %s, mismatch (-want +got):\n%s", n, key, diff))
			} else if len(found) != len(byName(found)) {
				wrong = append(wrong, fmt.Sprintf("node %v, index key %s: something is found twice: %v", n, key, found))
			}
		}
	}
	return wrong
}
