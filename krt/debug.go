// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// DebugHandler knows the collections that were made with it (see [WithDebugging])
// and were not stopped since. The zero value is ready for use. All methods are safe
// for concurrent use.
type DebugHandler struct {
	mu          sync.Mutex
	collections map[*graph.Node]DebugCollection
}

// GlobalDebugHandler is a handler for tests and for tools with a single graph.
// Nothing is shown in it that was not made with it.
var GlobalDebugHandler = new(DebugHandler) //nolint:gochecknoglobals // the name that programs use; it does nothing by itself

// DebugCollection is a collection in a [DebugHandler].
type DebugCollection struct {
	node *graph.Node
	dump func() CollectionDump
}

// CollectionDump is what a collection holds, as JSON shows it.
type CollectionDump struct {
	// Outputs are the objects by key.
	Outputs map[string]any `json:"outputs,omitempty"`
	// InputCollection is the name of the collection that this one is derived from.
	InputCollection string `json:"inputCollection,omitempty"`
	// Inputs are the objects of that collection by key, as far as they were
	// transformed.
	Inputs map[string]InputDump `json:"inputs,omitempty"`
	// Synced says whether the first complete state is there.
	Synced bool `json:"synced"`
}

// InputDump is what became of one input of a derived collection.
type InputDump struct {
	// Outputs are the keys of the objects that were made of it, in order.
	Outputs []string `json:"outputs,omitempty"`
	// Dependencies are the names of the collections that were fetched for it, in
	// order, once for each Fetch.
	Dependencies []string `json:"dependencies,omitempty"`
}

func (p *DebugHandler) add(n *graph.Node, dump func() CollectionDump) {
	p.mu.Lock()
	if p.collections == nil {
		p.collections = map[*graph.Node]DebugCollection{}
	}
	p.collections[n] = DebugCollection{n, dump}
	p.mu.Unlock()
	n.OnStop(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.collections, n)
	})
}

// all returns the collections in the order in which they were made.
func (p *DebugHandler) all() []DebugCollection {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]DebugCollection, 0, len(p.collections))
	for _, c := range p.collections {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b DebugCollection) int { return cmp.Compare(a.node.ID(), b.node.ID()) })
	return out
}

// MarshalJSON returns what the collections hold now, as an array of objects with uid,
// name and state (see [CollectionDump]). It waits for nothing.
func (p *DebugHandler) MarshalJSON() ([]byte, error) { return json.Marshal(p.all()) }

// MarshalJSON returns what the collection holds now: its uid, name and state.
// An object that cannot be shown as JSON is shown as text that says why.
func (p DebugCollection) MarshalJSON() ([]byte, error) {
	state := p.dump()
	for key, o := range state.Outputs {
		state.Outputs[key] = showable(o)
	}
	b, err := json.Marshal(struct {
		UID   uint64         `json:"uid"`
		Name  string         `json:"name"`
		State CollectionDump `json:"state"`
	}{p.node.ID(), p.node.Name(), state})
	if err != nil {
		return nil, fmt.Errorf("krt: collection %q as JSON: %w", p.node.Name(), err)
	}
	return b, nil
}

// showable returns the value as JSON, or why it cannot be shown.
func showable(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T: %v", v, err)
	}
	return json.RawMessage(b)
}

// MarshalJSON returns the metadata; a value that cannot be shown as JSON is shown as
// text that says why.
func (m Metadata) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = showable(v)
	}
	return json.Marshal(out)
}

// dump returns the objects of a collection of which nothing else is to be said.
func (s *stream[T]) dump() CollectionDump {
	out := CollectionDump{Outputs: map[string]any{}, Synced: s.HasSynced()}
	for e := range s.objectsAt(now).All() {
		out.Outputs[e.key] = e.val
	}
	return out
}

// dump returns the objects; the one of a singleton by the same key whatever its own is.
func (s *staticCollection[T]) dump() CollectionDump {
	out := s.stream.dump()
	if s.kind == staticSingletonKind {
		for _, o := range out.Outputs {
			out.Outputs = map[string]any{anyKey: o}
		}
	}
	return out
}

func (d *derived[I, O]) dump() CollectionDump {
	out := d.stream.dump()
	if d.primary == nil {
		return out
	}
	out.InputCollection = d.primary.s.node.Name()
	out.Inputs = map[string]InputDump{}
	d.records.Lock()
	defer d.records.Unlock()
	for rec := range d.inputs.All() {
		in := InputDump{}
		for _, f := range rec.fetched() {
			in.Dependencies = append(in.Dependencies, f.edge.from().Name())
		}
		slices.Sort(in.Dependencies)
		out.Inputs[rec.key] = in
	}
	for e := range d.objectsAt(now).All() {
		key := e.input()
		in := out.Inputs[key]
		in.Outputs = append(in.Outputs, e.key)
		out.Inputs[key] = in
	}
	for key, in := range out.Inputs {
		slices.Sort(in.Outputs)
		out.Inputs[key] = in
	}
	for e := range d.primary.s.objectsAt(now).All() {
		if _, ok := out.Inputs[e.key]; !ok && d.HasSynced() {
			out.Inputs[e.key] = InputDump{}
		}
	}
	return out
}
