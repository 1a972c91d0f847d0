// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// Explanation says what an object was made of.
type Explanation struct {
	// Object is the object that is explained.
	Object ObjectRef `json:"object"`
	// Present says whether the object is in the collection. If it is not, the rest is
	// about the input with that key, of which nothing was made.
	Present bool `json:"present"`
	// Inputs are the objects that it was made of: the input of a transformation, what a
	// join chose or merged, the members of a group. Sources have none.
	Inputs []ObjectRef `json:"inputs,omitempty"`
	// Fetched is what the transformation fetched for it, one for each Fetch.
	Fetched []FetchedObjects `json:"fetched,omitempty"`
	// Panic is the panic of the last call for the input, if that panicked; see
	// [WithPanicHandler].
	Panic *PanicError `json:"panic,omitempty"`
}

// ObjectRef names an object of a collection.
type ObjectRef struct {
	Collection string `json:"collection"`
	ID         uint64 `json:"id"` // of the collection
	Key        string `json:"key"`
}

// FetchedObjects is what one Fetch asked for.
type FetchedObjects struct {
	Collection string `json:"collection"`
	ID         uint64 `json:"id"` // of the collection
	// Filter says what was asked for, in words.
	Filter string `json:"filter"`
	// Keys are the keys of the objects that it finds now, in order, and at most 100 of
	// them. More is how many there are besides.
	Keys []string `json:"keys,omitempty"`
	More int      `json:"more,omitempty"`
}

// explainLimit is how many keys an explanation names of one Fetch.
const explainLimit = 100

// explainer is what collections that derive from others implement.
type explainer interface {
	explain(key string) Explanation
}

// Explain says what the object with the key was made of. It looks at the present state
// and waits for no transformation. Who wants to know more asks about the inputs in turn.
// It is an error to ask for something that is not a collection of this package.
func Explain(collection Syncer, key string) (Explanation, error) {
	nodes, err := nodesOf("Explain", []Syncer{collection})
	if err != nil {
		return Explanation{}, err
	}
	return nodes[0].Life().(explainer).explain(key), nil
}

// Explain is [Explain] for one of the handler's collections, or one in a graph with
// them, by its ID. It is an error if there is none with the ID.
func (p *DebugHandler) Explain(id uint64, key string) (Explanation, error) {
	var nodes []*graph.Node
	for _, c := range p.all() {
		nodes = append(nodes, c.node)
	}
	var found explainer
	graph.Describe(func(i graph.Info) {
		if e, ok := i.Life.(explainer); ok && i.Node.ID() == id {
			found = e
		}
	}, nodes...)
	if found == nil {
		return Explanation{}, fmt.Errorf("krt: no collection has the ID %d", id)
	}
	return found.explain(key), nil
}

func (s *stream[T]) ref(key string) ObjectRef {
	return ObjectRef{Collection: s.node.Name(), ID: s.node.ID(), Key: key}
}

func (s *stream[T]) explain(key string) Explanation {
	_, present := s.getAt(now, key)
	return Explanation{Object: s.ref(key), Present: present}
}

func (d *derived[I, O]) explain(key string) Explanation {
	out := d.stream.explain(key)
	input := key
	if e, ok := d.getAt(now, key); ok {
		input = e.input()
	} else if d.primary == nil {
		input = "" // the only one
	}
	d.explainInput(input, &out)
	return out
}

// explainInput adds what is known of an input.
func (d *derived[I, O]) explainInput(key string, out *Explanation) {
	if d.primary != nil {
		if _, ok := d.primary.s.getAt(now, key); ok || out.Present {
			out.Inputs = append(out.Inputs, d.primary.s.ref(key))
		}
	}
	out.Panic = d.faults.of(key)
	d.records.Lock()
	var asked []recorded
	if rec, ok := d.inputs.Get(key); ok {
		asked = rec.fetched()
	}
	d.records.Unlock()
	for _, a := range asked {
		f := FetchedObjects{Collection: a.edge.from().Name(), ID: a.edge.from().ID(), Filter: a.dependency.String(), Keys: a.edge.keys(&a.dependency)}
		slices.Sort(f.Keys)
		if more := len(f.Keys) - explainLimit; more > 0 {
			f.Keys, f.More = f.Keys[:explainLimit], more
		}
		out.Fetched = append(out.Fetched, f)
	}
}

// keys returns the keys of the objects that are asked for, as of now.
func (e *edge[T]) keys(d *dependency) []string {
	from := reading[T]{s: e.s, at: now}
	if d.byKey || d.byKeys {
		var out []string
		for _, k := range append(slices.Clip(d.keys), d.key) {
			if o, ok := from.get(k); ok && admits(d, o) {
				out = append(out, k)
			}
		}
		return out
	}
	var out []string
	objects, _ := narrow(from, d)
	for o := range objects.All() {
		if admits(d, o) {
			out = append(out, o.key)
		}
	}
	return out
}

func (s *statuses[I, S]) explain(key string) Explanation {
	out := s.stream.explain(key)
	s.explainInput(key, &out)
	return out
}

func (j *join[T]) explain(key string) Explanation {
	out := j.stream.explain(key)
	out.Panic = j.faults.of(key)
	for _, s := range j.streams() {
		if _, ok := s.getAt(now, key); ok {
			out.Inputs = append(out.Inputs, s.ref(key))
			if j.merge == nil {
				break
			}
		}
	}
	return out
}

// streams returns what the join reads, in its order.
func (j *join[T]) streams() []*stream[T] {
	out := make([]*stream[T], len(j.members))
	for i, m := range j.members {
		out[i] = m.s
	}
	return out
}

func (j *nestedJoin[T]) explain(key string) Explanation {
	out := j.stream.explain(key)
	out.Panic = j.faults.of(key)
	for _, e := range j.entries(now) {
		s := e.val.core()
		if _, ok := s.getAt(now, key); ok {
			out.Inputs = append(out.Inputs, s.ref(key))
		}
	}
	return out
}

func (c *indexCollection[K, O]) explain(key string) Explanation {
	out := c.stream.explain(key)
	objects, _ := c.parent.s.bucketAt(now, c.def, key)
	for o := range objects.All() {
		out.Inputs = append(out.Inputs, c.parent.s.ref(o.key))
	}
	slices.SortFunc(out.Inputs, func(a, b ObjectRef) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// String says what is asked for, in words.
func (d *dependency) String() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if d.byKey {
		add("key %s", d.key)
	}
	if d.byKeys {
		add("keys %s", strings.Join(d.keys, ", "))
	}
	if i, ok := d.index.(interface{ String() string }); ok {
		add("%s %s", i, d.key)
	}
	if d.byLabels {
		add("labels %s", pairs(d.labels))
	}
	if d.bySelector {
		add("selects %s", pairs(d.selects))
		if d.nonEmpty {
			add("by something")
		}
	}
	if d.generic != nil {
		add("a function")
	}
	if len(parts) == 0 {
		parts = []string{"everything"}
	}
	out := strings.Join(parts, " and ")
	if d.same != nil {
		out = "a part of " + out
	}
	return out
}

// String says which index it is.
func (d *indexDef[T]) String() string { return "index " + d.name }

// pairs returns labels as they are written in selectors.
func pairs(labels map[string]string) string {
	out := make([]string, 0, len(labels))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		out = append(out, k+"="+labels[k])
	}
	return strings.Join(out, ",")
}

// String returns the explanation as text for people, in a few lines.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s", e.Object.Key, e.Object.Collection)
	if !e.Present {
		b.WriteString(" is not there")
	}
	b.WriteString("\n")
	for _, in := range e.Inputs {
		fmt.Fprintf(&b, "  made of %s in %s\n", in.Key, in.Collection)
	}
	for _, f := range e.Fetched {
		fmt.Fprintf(&b, "  fetched from %s by %s: ", f.Collection, f.Filter)
		if len(f.Keys) == 0 {
			b.WriteString("nothing")
		}
		b.WriteString(strings.Join(f.Keys, ", "))
		if f.More > 0 {
			fmt.Fprintf(&b, " and %d more", f.More)
		}
		b.WriteString("\n")
	}
	if e.Panic != nil {
		fmt.Fprintf(&b, "  the last call panicked: %v\n", e.Panic.Value)
	}
	return b.String()
}
