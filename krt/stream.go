// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/krtkit/krtkit/krt/internal/graph"
	"github.com/krtkit/krtkit/krt/internal/trie"
)

// entry is an object in a collection. It never changes; a new state of the object
// is a new entry.
type entry[T any] struct {
	key  string
	hash uint64 // trie.Hash of the key
	val  T
	// from is the input that a derived collection made the object of, or nil if
	// that has the same key and nothing else is to be known of it.
	from *input
}

func newEntry[T any](v T) *entry[T] {
	e := &entry[T]{val: v}
	e.setKey(keyOf(&e.val))
	return e
}

// entryWithKey is newEntry for an object whose key is known.
func entryWithKey[T any](key string, v T) *entry[T] {
	e := &entry[T]{val: v}
	e.setKey(key)
	return e
}

// setKey completes a new entry.
func (e *entry[T]) setKey(key string) { e.key, e.hash = key, trie.Hash(key) }

// Key implements [trie.Element].
func (e *entry[T]) Key() string { return e.key }

// Hash implements [trie.Element].
func (e *entry[T]) Hash() uint64 { return e.hash }

// is reports whether there is an entry, and it has the key.
func (e *entry[T]) is(hash uint64, key string) bool {
	return e != nil && e.hash == hash && e.key == key
}

// input returns the key of the input that a derived collection made the object of.
func (e *entry[T]) input() string {
	if e.from != nil {
		return e.from.key
	}
	return e.key
}

// change is what one commit did to one key. An object that was deleted and made
// again within a commit is two changes, in this order.
type change[T any] struct {
	old, new *entry[T]
}

// apply makes the change in a map that the owner may change.
func (c change[T]) apply(m *trie.Map[*entry[T]], owner uint64) {
	if c.new != nil {
		m.Put(owner, c.new)
	} else {
		m.Delete(owner, c.old)
	}
}

// latest returns the newest state that there was, or nil if there was none.
func (c change[T]) latest() *entry[T] {
	if c.new != nil {
		return c.new
	}
	return c.old
}

func (c change[T]) key() string { return c.latest().key }

// link is one commit in the history of a collection. Everyone who follows the
// collection holds the last link that it has seen; what nobody follows any more
// is garbage.
type link[T any] struct {
	next    atomic.Pointer[link[T]]
	at      uint64 // the moment of the commit
	changes []change[T]
	one     [1]change[T] // room for the most frequent number of them
	synced  bool         // not a commit: the first state ends here
}

// oneChange returns a link with one change.
func oneChange[T any](c change[T]) *link[T] {
	l := &link[T]{one: [1]change[T]{c}}
	l.changes = l.one[:]
	return l
}

// state is the content of a collection as of a moment, and until the next commit.
type state[T any] struct {
	at      uint64
	objects trie.Map[*entry[T]]
	indexes []trie.Map[*bucket[T]] // in the order of stream.defs
}

// stream is what all collections are made of: objects that one writer commits
// changes to, any number of readers, and those who follow the changes.
//
// Locks are taken in this order: the writer's own, the graph's, mu.
type stream[T any] struct {
	node     *graph.Node
	kind     string
	metadata Metadata
	equals   func(a, b T) bool // nil for Equal
	augment  func(any) any     // what filters look at, or nil
	ready    chan struct{}     // closed when synced

	// tail is the last link. Guarded by the graph's lock, as is all up to regs.
	tail    *link[T]
	links   uint64 // that were appended
	commits uint64 // that are among them
	changed uint64 // objects, in all commits
	regs    []*registration[T]

	owners atomic.Uint64 // the last number given to someone who changes maps

	// mu guards what is below. The writer, and only the writer, changes live's
	// objects and so may read them without it. It is held for moments only: a large
	// commit is built beside and swapped in.
	mu    sync.RWMutex
	live  state[T]
	owner uint64         // of the parts of live that may be changed in place
	older []state[T]     // what runs under way may still read; changes only with the graph locked too
	defs  []*indexDef[T] // changes only with the graph locked too
	auto  map[string]*indexDef[T]

	// shared is set, with mu held at least for reading, by who takes a copy of a map in
	// live along.
	shared atomic.Bool
}

// init makes the stream a node in the graph. The body is that of a derived one.
func (s *stream[T]) init(kind string, o collectionOptions, life graph.Lifecycle, body graph.Body) {
	s.prepare(kind, o)
	s.node = graph.NewNode(o.name, life, body)
}

// prepare is init without a node.
func (s *stream[T]) prepare(kind string, o collectionOptions) {
	s.kind = kind
	s.metadata = o.metadata
	if s.equals = equalOf[T](o); s.equals == nil {
		s.equals = plainEqual[T]()
	}
	s.augment = o.augment
	s.ready = make(chan struct{})
	s.tail = new(link[T])
	s.owner = s.owners.Add(1)
}

// open shows the stream to those who look for collections, and lets it end when the
// options say so. It is the last thing that a constructor does.
func (s *stream[T]) open(o collectionOptions, dump func() CollectionDump) {
	if o.debug != nil {
		o.debug.add(s.node, dump)
	}
	s.node.StopOn(o.stop)
}

// equal reports whether two states of an object are the same.
func (s *stream[T]) equal(a, b *T) bool {
	if s.equals != nil {
		return s.equals(*a, *b)
	}
	return equal(a, b)
}

func (s *stream[T]) core() *stream[T] { return s }

func (s *stream[T]) identity() uint64 { return s.node.ID() }

func (s *stream[T]) graphNode() *graph.Node { return s.node }

// Metadata implements [Collection].
func (s *stream[T]) Metadata() Metadata { return s.metadata }

// HasSynced implements [Syncer].
func (s *stream[T]) HasSynced() bool { return closed(s.ready) }

// WaitUntilSynced implements [Syncer].
func (s *stream[T]) WaitUntilSynced(stop <-chan struct{}) bool {
	return waitFor(s.ready, stop, s.node.Done())
}

// GetKey implements [Collection].
func (s *stream[T]) GetKey(k string) *T {
	s.mu.RLock()
	e, ok := s.live.objects.Get(k)
	s.mu.RUnlock()
	if !ok {
		return nil
	}
	v := e.val
	return &v
}

// List implements [Collection].
func (s *stream[T]) List() []T {
	objects := s.objectsAt(now)
	out := make([]T, 0, objects.Len())
	for e := range objects.All() {
		out = append(out, e.val)
	}
	return out
}

// ListFiltered implements [Collection].
func (s *stream[T]) ListFiltered(filter func(T) bool) []T { return filtered(s.objectsAt(now), filter) }

func filtered[T any](objects trie.Map[*entry[T]], filter func(T) bool) []T {
	var out []T
	for e := range objects.All() {
		if filter(e.val) {
			out = append(out, e.val)
		}
	}
	return out
}

// staged is a commit that is ready to be made: everything that calls foreign code
// or takes long is done.
type staged[T any] struct {
	link *link[T] // nil if there is nothing to commit
	defs []*indexDef[T]

	// What the commit does to indexes, for each change and each def, if it is made in
	// place. The first one, which most often is the only one, has room of its own.
	first keyChange
	more  []keyChange

	built *state[T] // the state after the commit, if that is too large to be made in place
	owner uint64    // of what belongs to it alone
}

// inPlace is how many changes a commit makes while it holds the lock.
const inPlace = 512

// amend prepares a commit, and brings a prepared one up to date with indexes that
// were added or removed since. Only the writer may call it.
func (s *stream[T]) amend(st *staged[T]) {
	s.mu.RLock()
	indexes := s.live.indexes
	st.defs = s.defs
	s.mu.RUnlock()
	if st.built != nil {
		// Whoever reads an index meanwhile reads the one before.
		st.built.indexes = slices.Clone(indexes)
		for i, def := range st.defs {
			def.update(&st.built.indexes[i], st.owner, st.link.changes)
		}
		return
	}
	if n := len(st.link.changes) * len(st.defs); n > 1 {
		st.more = make([]keyChange, n-1)
	}
	for i, c := range st.link.changes {
		for j, def := range st.defs {
			*st.keys(i, j) = def.keyChange(c)
		}
	}
}

// keys returns what a change does to an index.
func (st *staged[T]) keys(change, def int) *keyChange {
	if i := change*len(st.defs) + def; i > 0 {
		return &st.more[i-1]
	}
	return &st.first
}

// apply makes the changes in a state.
func (st *state[T]) apply(owner uint64, p *staged[T]) {
	for i, c := range p.link.changes {
		c.apply(&st.objects, owner)
		for j := range p.defs {
			updateIndex(&st.indexes[j], owner, c, p.keys(i, j))
		}
	}
}

// commit makes a staged commit visible to readers, followers and children, with
// the graph locked. It returns false and does nothing if amend must be called
// first.
func (s *stream[T]) commit(g *graph.Graph, p *staged[T]) bool {
	if !s.current(p) {
		return false
	}
	oldest, newest, readers := s.node.Readers()
	at := g.Publish(s.node)
	s.mu.Lock()
	if readers && newest >= s.live.at {
		s.keepOlder(oldest)
	}
	switch {
	case p.built != nil:
		s.live, s.owner = *p.built, p.owner
	case s.shared.Load():
		s.owner = s.owners.Add(1)
		fallthrough
	default:
		s.live.apply(s.owner, p)
	}
	s.shared.Store(false)
	s.live.at = at
	s.mu.Unlock()
	p.link.at = at
	s.append(g, p.link)
	return true
}

// current reports whether a staged commit knows the indexes that there are. They
// change only with the graph locked, as it is.
func (s *stream[T]) current(p *staged[T]) bool { return slices.Equal(p.defs, s.defs) }

// commitNow commits a source's changes. Changes to a source that was stopped are
// dropped.
func (s *stream[T]) commitNow(st staged[T]) {
	for done := false; !done; {
		s.amend(&st)
		g := s.node.Lock()
		done = s.node.Stopped() || s.commit(g, &st)
		g.Unlock()
	}
}

// keepOlder puts the state aside for the runs that read it, of which the oldest
// reads as of the given moment, and forgets what none of them can reach. mu is
// held.
func (s *stream[T]) keepOlder(oldest uint64) {
	s.shared.Store(true)
	kept := s.live
	kept.indexes = slices.Clone(kept.indexes)
	older := append(s.older, kept)
	first := len(older) - 1
	for first > 0 && older[first].at > oldest {
		first--
	}
	s.older = slices.Delete(older, 0, first)
}

// compactEvery is after how many commits the readers that have not come to them
// are made to merge them.
const compactEvery = 64

// append adds a link and wakes the handlers that wait for one.
func (s *stream[T]) append(g *graph.Graph, l *link[T]) {
	s.tail.next.Store(l)
	s.tail = l
	if !l.synced {
		s.commits++
		s.changed += uint64(len(l.changes))
	}
	if s.links++; s.links%compactEvery == 0 {
		s.node.CompactReaders()
	}
	for _, r := range s.regs {
		r.wake(g)
	}
}

// Synced implements [graph.Lifecycle].
func (s *stream[T]) Synced(g *graph.Graph) {
	s.append(g, &link[T]{at: s.tail.at, synced: true})
	close(s.ready)
}

// Stopped implements [graph.Lifecycle].
func (s *stream[T]) Stopped(*graph.Graph) {
	for _, r := range s.regs {
		r.end()
	}
	s.regs = nil
}

// Release implements [graph.Lifecycle].
func (s *stream[T]) Release() {
	if s.older == nil { // which changes only with the graph locked, as it is
		return
	}
	s.mu.Lock()
	s.older = nil
	s.mu.Unlock()
}

// now stands for the present in place of a moment.
const now = ^uint64(0)

// at returns the state as of a moment. mu is held, and a run that reads as of the
// moment is under way, for which the writer puts aside what it replaces. If the
// moment is now, the reader is one that the writer does not know of, and what it
// takes along must be frozen.
func (s *stream[T]) at(moment uint64) *state[T] {
	if moment == now {
		if !s.shared.Load() { // which many readers can ask at the same time
			s.shared.Store(true)
		}
		return &s.live
	}
	st := &s.live
	for i := len(s.older) - 1; i >= 0 && st.at > moment; i-- {
		st = &s.older[i]
	}
	return st
}

func (s *stream[T]) getAt(moment uint64, key string) (*entry[T], bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if moment == now {
		return s.live.objects.Get(key)
	}
	return s.at(moment).objects.Get(key)
}

func (s *stream[T]) objectsAt(moment uint64) trie.Map[*entry[T]] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.at(moment).objects
}

// bucketAt returns what has the key in an index, and whether the state of that
// moment has the index.
func (s *stream[T]) bucketAt(moment uint64, def *indexDef[T], key string) (trie.Map[*entry[T]], bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.at(moment)
	i := slices.Index(s.defs, def)
	if i < 0 || i >= len(st.indexes) { // an older state may lack the latest ones
		return trie.Map[*entry[T]]{}, false
	}
	if b, ok := st.indexes[i].Get(key); ok {
		return b.objects, true
	}
	return trie.Map[*entry[T]]{}, true
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// waitFor waits for ready. It returns false if stop or ended closes before it.
func waitFor(ready, stop, ended <-chan struct{}) bool {
	select {
	case <-ready:
		return true
	case <-stop:
	case <-ended:
	}
	return closed(ready)
}
