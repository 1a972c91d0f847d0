// SPDX-License-Identifier: Apache-2.0

package krt

// mergedChange is what happened to one key over several commits.
type mergedChange[T any] struct {
	change[T]
	again bool // it was deleted and made again in between
}

// merger merges the changes of several commits into one for each key. Most often there
// is nothing to merge, and no merger.
type merger[T any] struct {
	list   []mergedChange[T]
	places places // in list
}

// take merges what happened after one link, up to and including another. It returns the
// merger, which it makes if there is something for it to do.
func (m *merger[T]) take(pos, limit *link[T]) *merger[T] {
	for pos != limit {
		pos = pos.next.Load()
		for _, c := range pos.changes {
			if m == nil {
				m = new(merger[T])
			}
			m.add(c)
		}
	}
	return m
}

func (m *merger[T]) add(c change[T]) {
	e := c.latest()
	i := placeOf(&m.places, len(m.list), func(i int) *entry[T] { return m.list[i].latest() }, e.hash, e.key)
	if i < 0 {
		m.list = append(m.list, mergedChange[T]{change: c})
		return
	}
	before := &m.list[i]
	before.again = before.again || before.old != nil && before.new == nil && c.new != nil
	before.new = c.new
}

// cursor is a reader's place in the changes of a stream. What its reader has not
// come to is kept as one change for each key, not as a queue. Its fields are
// guarded by the graph's lock; those of the run under way are the run's.
type cursor[T any] struct {
	s *stream[T] // never changes

	// For the run under way, or else the next one: what was merged already, and
	// what came after pos, up to limit if a run is under way.

	merged     *merger[T]
	pos, limit *link[T]

	// While a run is under way: what came after limit and was merged already, up to
	// laterPos.

	taken    bool
	later    *merger[T]
	laterPos *link[T]
}

// Take implements [graph.Cursor].
func (c *cursor[T]) Take(at uint64) bool {
	c.limit, c.taken = c.s.tail, true
	if c.limit.at > at {
		c.limit = c.pos
		for next := c.limit.next.Load(); next.at <= at; next = next.next.Load() {
			c.limit = next
		}
	}
	c.later, c.laterPos = nil, c.limit
	return c.limit == c.s.tail
}

// Reads implements [graph.Cursor].
func (c *cursor[T]) Reads() bool { return true }

// GiveBack implements [graph.Cursor].
func (c *cursor[T]) GiveBack() {
	c.taken = false
	if c.laterPos != nil && c.laterPos != c.limit {
		// The run came to nothing; the next one begins where it did.
		c.merged = c.merged.take(c.pos, c.laterPos)
		c.pos = c.laterPos
	}
	c.later, c.laterPos = nil, nil
}

// Skip implements [graph.Cursor].
func (c *cursor[T]) Skip() {
	c.merged, c.later = nil, nil
	c.pos, c.limit, c.laterPos = c.s.tail, c.s.tail, c.s.tail
}

// Drop implements [graph.Cursor].
func (c *cursor[T]) Drop() {
	c.merged, c.later = nil, nil
	c.pos, c.limit, c.laterPos = nil, nil, nil
}

// Compact implements [graph.Cursor].
func (c *cursor[T]) Compact() {
	if !c.taken && c.pos.next.Load() == c.s.tail {
		return // as good as it gets
	}
	if c.taken {
		c.later = c.later.take(c.laterPos, c.s.tail)
		c.laterPos = c.s.tail
	} else {
		c.merged = c.merged.take(c.pos, c.s.tail)
		c.pos = c.s.tail
	}
}

// advance says that the run under way has done what it took, with the graph
// locked.
func (c *cursor[T]) advance() {
	c.merged, c.pos = c.later, c.laterPos
	c.later = nil
}

// single returns the changes that are for the run under way, if that is one commit of
// one change, as it is most often.
func (c *cursor[T]) single() []change[T] {
	if c.merged == nil && c.pos != c.limit {
		if next := c.pos.next.Load(); next == c.limit && len(next.changes) == 1 {
			return next.changes
		}
	}
	return nil
}

// most returns how many keys the changes that are for the run under way may have.
func (c *cursor[T]) most() int {
	if single := c.single(); single != nil {
		return len(single)
	}
	c.merged = c.merged.take(c.pos, c.limit)
	if c.pos = c.limit; c.merged == nil {
		return 0
	}
	return len(c.merged.list)
}

// changes calls f with the changes that are for the run under way.
func (c *cursor[T]) changes(f func(c mergedChange[T])) {
	if single := c.single(); single != nil {
		f(mergedChange[T]{change: single[0]})
		return
	}
	if c.most() == 0 {
		return
	}
	for _, m := range c.merged.list {
		if m.latest() != nil {
			f(m)
		}
	}
}
