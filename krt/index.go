// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"slices"

	"github.com/krtkit/krtkit/krt/internal/trie"
)

// Index finds the objects of a collection by something other than their key. It
// always agrees with the collection. All methods are safe for concurrent use.
type Index[K comparable, O any] interface {
	// Lookup returns the objects that have the key now, in no particular order, and
	// nil if there are none. The slice is the caller's, the objects are shared. In a
	// transformation use Fetch: a Lookup there is not seen as a dependency.
	Lookup(k K) []O
	// LookupFiltered is Lookup of the objects for which filter returns true. It is
	// called with no lock held.
	LookupFiltered(k K, filter func(O) bool) []O
	// Fetch is [Fetch] of the objects that have the key.
	Fetch(ctx HandlerContext, k K, opts ...FetchOption) []O
	// AsCollection returns the groups of objects that have a key in common, as a
	// collection with one [IndexObject] for each key that at least one object has. It
	// is named index/ and the index's name, and is synced when the collection is.
	//
	// If K is not string itself, an option [WithIndexCollectionFromString] must say how
	// to make a key of its string; AsCollection panics otherwise.
	AsCollection(opts ...CollectionOption) IndexCollection[K, O]

	definition() *indexDef[O]
	keyString(k K) string
}

// NewIndex indexes a collection by what extract returns for each object: any
// number of keys. It may be called at any time, and the index covers what is
// there already. The name is for people; each call makes an index of its own.
//
// extract must be a pure function of the object. It is called while the
// collection is being changed, by any goroutine, and also for old states of
// objects. It must not call methods of collections.
//
// K must be string or implement [fmt.Stringer], and keys with equal strings are
// equal; NewIndex panics otherwise.
func NewIndex[K comparable, O any](c Collection[O], name string, extract func(o O) []K) Index[K, O] {
	if !hasKeyString[K]() {
		panic(fmt.Sprintf("krt: index %q: the key type %T is neither string nor a fmt.Stringer: give it a method String() string", name, *new(K)))
	}
	def := &indexDef[O]{name: name, extract: func(o *O) []string {
		keys := extract(*o)
		out := make([]string, len(keys))
		for i, k := range keys {
			out[i] = toKeyString(k)
		}
		return out
	}}
	if single, ok := any(extract).(func(o O) []string); ok {
		def.extract = func(o *O) []string { return single(*o) }
	}
	s := c.core()
	s.addIndex(def)
	return index[K, O]{c, def}
}

// UnnamedIndex is [NewIndex] for an index that needs no name.
func UnnamedIndex[K comparable, O any](c Collection[O], extract func(o O) []K) Index[K, O] {
	return NewIndex(c, "unnamed", extract)
}

// NewNamespaceIndex indexes a collection by namespace.
func NewNamespaceIndex[O Namespacer](c Collection[O]) Index[string, O] {
	return NewIndex(c, "namespace", func(o O) []string { return []string{o.GetNamespace()} })
}

// hasKeyString reports whether K can be the key of an index.
func hasKeyString[K comparable]() bool {
	switch any(*new(K)).(type) {
	case string, fmt.Stringer:
		return true
	}
	return false
}

// toKeyString returns the string of an index key.
func toKeyString[K comparable](k K) string {
	switch k := any(k).(type) {
	case string:
		return k
	case fmt.Stringer:
		return k.String()
	}
	panic(fmt.Sprintf("krt: the key type %T is neither string nor a fmt.Stringer: give it a method String() string", k))
}

type index[K comparable, O any] struct {
	c   Collection[O]
	def *indexDef[O]
}

func (i index[K, O]) definition() *indexDef[O] { return i.def }

func (i index[K, O]) keyString(k K) string { return toKeyString(k) }

// Lookup implements [Index].
func (i index[K, O]) Lookup(k K) []O {
	objects, _ := i.c.core().bucketAt(now, i.def, toKeyString(k))
	if objects.Len() == 0 {
		return nil
	}
	out := make([]O, 0, objects.Len())
	for e := range objects.All() {
		out = append(out, e.val)
	}
	return out
}

// LookupFiltered implements [Index].
func (i index[K, O]) LookupFiltered(k K, filter func(O) bool) []O {
	objects, _ := i.c.core().bucketAt(now, i.def, toKeyString(k))
	return filtered(objects, filter)
}

// Fetch implements [Index].
func (i index[K, O]) Fetch(ctx HandlerContext, k K, opts ...FetchOption) []O {
	return Fetch(ctx, i.c, append([]FetchOption{FilterIndex[K, O](i, k)}, opts...)...)
}

// indexDef says how a stream's objects are indexed. Its identity is the index's.
type indexDef[T any] struct {
	name    string
	extract func(o *T) []string

	// Of an index that comes and goes with its users.

	uses   int           // guarded by stream.mu
	filled chan struct{} // closed when it can be used
}

// bucket holds the objects that have one key of an index.
type bucket[T any] struct {
	key     string
	hash    uint64
	owner   uint64
	objects trie.Map[*entry[T]]
}

// Key implements [trie.Element].
func (b *bucket[T]) Key() string { return b.key }

// Hash implements [trie.Element].
func (b *bucket[T]) Hash() uint64 { return b.hash }

// keyChange is what a change does to an index.
type keyChange struct {
	old, new []string
}

func (d *indexDef[T]) keyChange(c change[T]) (k keyChange) {
	if c.old != nil {
		k.old = d.extract(&c.old.val)
	}
	if c.new != nil {
		k.new = d.extract(&c.new.val)
	}
	return k
}

// update makes changes in an index that nobody else looks at.
func (d *indexDef[T]) update(m *trie.Map[*bucket[T]], owner uint64, changes []change[T]) {
	for _, c := range changes {
		keys := d.keyChange(c)
		updateIndex(m, owner, c, &keys)
	}
}

// updateIndex makes a change in an index.
func updateIndex[T any](m *trie.Map[*bucket[T]], owner uint64, c change[T], keys *keyChange) {
	for _, k := range keys.old {
		if !slices.Contains(keys.new, k) {
			indexDelete(m, owner, k, c.old)
		}
	}
	for _, k := range keys.new {
		indexPut(m, owner, k, c.new)
	}
}

func indexPut[T any](m *trie.Map[*bucket[T]], owner uint64, key string, e *entry[T]) {
	hash := trie.Hash(key)
	b, ok := m.Find(hash, key)
	if ok {
		b = b.own(m, owner)
	} else {
		b = &bucket[T]{key: key, hash: hash, owner: owner}
		m.Put(owner, b)
	}
	b.objects.Put(owner, e)
}

func indexDelete[T any](m *trie.Map[*bucket[T]], owner uint64, key string, e *entry[T]) {
	b, ok := m.Get(key)
	if !ok {
		return // a key that was given twice
	}
	if b.objects.Len() == 1 {
		if _, last := b.objects.Find(e.hash, e.key); last {
			m.Delete(owner, b)
		}
		return
	}
	b = b.own(m, owner)
	b.objects.Delete(owner, e)
}

// own returns a bucket with the same content that the owner may change.
func (b *bucket[T]) own(m *trie.Map[*bucket[T]], owner uint64) *bucket[T] {
	if b.owner == owner {
		return b
	}
	c := *b
	c.owner = owner
	m.Put(owner, &c)
	return &c
}

// addIndex adds an index and fills it. It does so beside the collection and takes
// up what was committed meanwhile until nothing was.
func (s *stream[T]) addIndex(def *indexDef[T]) {
	var m trie.Map[*bucket[T]]
	owner := s.owners.Add(1)
	g := s.node.Lock()
	pos := s.tail
	objects := s.objectsAt(now)
	g.Unlock()
	for e := range objects.All() {
		for _, k := range def.extract(&e.val) {
			indexPut(&m, owner, k, e)
		}
	}
	for {
		for next := pos.next.Load(); next != nil; next = pos.next.Load() {
			pos = next
			def.update(&m, owner, pos.changes)
		}
		g := s.node.Lock()
		if pos.next.Load() == nil {
			s.mu.Lock()
			s.defs = append(slices.Clip(s.defs), def)
			s.live.indexes = append(slices.Clip(s.live.indexes), m)
			s.mu.Unlock()
			g.Unlock()
			return
		}
		g.Unlock()
	}
}

// removeIndex removes an index that nobody can look at any more. The graph is
// locked, and mu is held.
func (s *stream[T]) removeIndex(def *indexDef[T]) {
	i := slices.Index(s.defs, def)
	s.defs = slices.Delete(slices.Clone(s.defs), i, i+1)
	s.live.indexes = slices.Delete(slices.Clone(s.live.indexes), i, i+1)
	for j := range s.older {
		// An older state has the indexes that existed then, in the same order.
		if older := s.older[j].indexes; i < len(older) {
			s.older[j].indexes = slices.Delete(slices.Clone(older), i, i+1)
		}
	}
}

// acquireIndex returns an index that exists while someone uses it, and fills it
// if it is new. Who acquires it releases it.
func (s *stream[T]) acquireIndex(name string, extract func(o *T) []string) *indexDef[T] {
	s.mu.Lock()
	def := s.auto[name]
	if def != nil {
		def.uses++
		s.mu.Unlock()
		<-def.filled
		return def
	}
	def = &indexDef[T]{name: name, extract: extract, uses: 1, filled: make(chan struct{})}
	if s.auto == nil {
		s.auto = map[string]*indexDef[T]{}
	}
	s.auto[name] = def
	s.mu.Unlock()
	s.addIndex(def)
	close(def.filled)
	return def
}

// releaseIndex gives back an acquired index. The graph is locked.
func (s *stream[T]) releaseIndex(def *indexDef[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if def.uses--; def.uses == 0 {
		delete(s.auto, def.name)
		s.removeIndex(def)
	}
}
