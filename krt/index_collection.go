// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// IndexCollection is a collection of groups; see [Index].
type IndexCollection[K comparable, O any] = Collection[IndexObject[K, O]]

// IndexObject is a group of objects that have a key in common.
type IndexObject[K comparable, O any] struct {
	Key K
	// Objects are the objects, in the order of their keys. The slice is shared with all
	// who read the group, and must not be changed.
	Objects []O
}

// ResourceName returns the string form of the key.
func (i IndexObject[K, O]) ResourceName() string { return toKeyString(i.Key) }

// FetchIndexObjects is [FetchKey] of the objects of a group, and nil if there is none.
// The slice is shared and must not be changed.
func FetchIndexObjects[K comparable, O any](ctx HandlerContext, index IndexCollection[K, O], name K) []O {
	if group := FetchKey(ctx, index, toKeyString(name)); group != nil {
		return group.Objects
	}
	return nil
}

// WithIndexCollectionFromString says how to make a key of an index of its string, for
// [Index].AsCollection. It is without effect on other collections.
func WithIndexCollectionFromString[K any](f func(string) K) CollectionOption {
	return func(o *collectionOptions) { o.fromString = f }
}

// AsCollection implements [Index].
func (i index[K, O]) AsCollection(opts ...CollectionOption) IndexCollection[K, O] {
	o := buildOptions("", append(slices.Clip(opts), WithName("index/"+i.def.name)))
	c := &indexCollection[K, O]{def: i.def, parent: &cursor[O]{s: i.c.core()}, groups: map[string]*objectGroup[O]{}}
	switch f := o.fromString.(type) {
	case nil:
		same, ok := any(func(s string) string { return s }).(func(string) K)
		if !ok {
			panic("index.AsCollection requires a string key or WithIndexCollectionFromString to be set")
		}
		c.fromString = same
	case func(string) K:
		c.fromString = f
	default:
		panic(fmt.Sprintf("krt: index %q: WithIndexCollectionFromString with a %T: it must return the index's key type, which is %T", i.def.name, f, *new(K)))
	}
	c.init("index", o, c, c)
	mustConnect(c.node, c.parent.s.node, c.parent)
	c.open(o, c.dump)
	c.node.Start()
	return c
}

// indexCollection keeps what an index leads to as objects of its own. It follows the
// collection, not the index, so that what a group becomes costs in proportion to what
// changed in it, and a copy of the slice.
type indexCollection[K comparable, O any] struct {
	stream[IndexObject[K, O]]
	parent     *cursor[O]
	def        *indexDef[O]
	fromString func(string) K

	// Used by runs only.

	groups map[string]*objectGroup[O]
	loaded bool
	result staged[IndexObject[K, O]]
	cause  Cause  // of the run under way
	calls  uint64 // how many groups were made in it

	history history // guarded by the graph's lock
}

// objectGroup is what has one key of an index.
type objectGroup[O any] struct {
	keys    []string // of the objects, sorted
	objects []O      // never changes
}

// groupChange is an object that is in a group from now on, or not any more.
type groupChange[O any] struct {
	key string
	in  *entry[O] // nil if it is not
}

// Prepare implements [graph.Body].
func (c *indexCollection[K, O]) Prepare() bool {
	c.cause, c.calls = Cause{First: !c.loaded}, 0
	changes := map[string][]groupChange[O]{}
	note := func(old, new *entry[O]) {
		var before, after []string
		if old != nil {
			before = c.def.extract(&old.val)
		}
		if new != nil {
			after = c.def.extract(&new.val)
		}
		for _, k := range before {
			if !slices.Contains(after, k) {
				changes[k] = append(changes[k], groupChange[O]{key: old.key})
			}
		}
		for _, k := range after {
			changes[k] = append(changes[k], groupChange[O]{key: new.key, in: new})
		}
	}
	if c.loaded {
		c.parent.changes(func(m mergedChange[O]) {
			noteChange(&c.cause, c.parent.s.node, m.key())
			note(m.old, m.new)
		})
	} else {
		for e := range c.parent.s.objectsAt(c.node.At()).All() {
			note(nil, e)
		}
	}

	var b batch[IndexObject[K, O]]
	b.begin(&c.stream)
	for k, changed := range changes {
		old, had := b.get(k)
		g := c.groups[k].with(changed)
		c.calls++
		switch {
		case len(g.objects) > 0:
			c.groups[k] = g
			e := entryWithKey(k, IndexObject[K, O]{Key: c.fromString(k), Objects: slices.Clip(g.objects)})
			b.add(change[IndexObject[K, O]]{old: old, new: e})
		case had:
			delete(c.groups, k)
			b.remove(old)
		}
	}
	c.result = b.finish()
	c.Amend()
	return true
}

// with returns the group after the changes. A nil group is an empty one.
func (g *objectGroup[O]) with(changes []groupChange[O]) *objectGroup[O] {
	if g == nil {
		g = &objectGroup[O]{}
	}
	// Of several changes to one object the last one counts.
	slices.SortStableFunc(changes, func(a, b groupChange[O]) int { return cmp.Compare(a.key, b.key) })
	n := 0
	for i, c := range changes {
		if i+1 == len(changes) || changes[i+1].key != c.key {
			changes[n] = c
			n++
		}
	}
	changes = changes[:n]

	if objects, ok := g.replaced(changes); ok {
		return &objectGroup[O]{keys: g.keys, objects: objects}
	}
	out := &objectGroup[O]{
		keys:    make([]string, 0, len(g.keys)+len(changes)),
		objects: make([]O, 0, len(g.keys)+len(changes)),
	}
	from := 0
	for _, c := range changes {
		at, found := slices.BinarySearch(g.keys[from:], c.key)
		at += from
		out.keys = append(out.keys, g.keys[from:at]...)
		out.objects = append(out.objects, g.objects[from:at]...)
		if from = at; found {
			from++
		}
		if c.in != nil {
			out.keys = append(out.keys, c.key)
			out.objects = append(out.objects, c.in.val)
		}
	}
	out.keys = append(out.keys, g.keys[from:]...)
	out.objects = append(out.objects, g.objects[from:]...)
	return out
}

// replaced returns the objects after changes that only replace some, if they do.
func (g *objectGroup[O]) replaced(changes []groupChange[O]) ([]O, bool) {
	places := make([]int, len(changes))
	for i, c := range changes {
		at, found := slices.BinarySearch(g.keys, c.key)
		if !found || c.in == nil {
			return nil, false
		}
		places[i] = at
	}
	objects := slices.Clone(g.objects)
	for i, c := range changes {
		objects[places[i]] = c.in.val
	}
	return objects, true
}

// Amend implements [graph.Body].
func (c *indexCollection[K, O]) Amend() {
	if c.result.link != nil {
		c.amend(&c.result)
	}
}

// Commit implements [graph.Body].
func (c *indexCollection[K, O]) Commit(g *graph.Graph) bool {
	if c.result.link != nil && !c.commit(g, &c.result) {
		return false
	}
	c.result = staged[IndexObject[K, O]]{}
	c.loaded = true
	c.history.add(c.cause, c.calls, 0)
	c.parent.advance()
	return true
}

// Loaded implements [graph.Body].
func (c *indexCollection[K, O]) Loaded() bool { return c.loaded }

func (c *indexCollection[K, O]) describe(info *CollectionInfo) {
	c.stream.describe(info)
	c.history.describe(info, &faults{})
}

// dump returns the groups and the name of the collection that was indexed.
func (c *indexCollection[K, O]) dump() CollectionDump {
	out := c.stream.dump()
	out.InputCollection = c.parent.s.node.Name()
	return out
}
