// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"maps"
	"sync"

	"github.com/krtkit/krtkit/krt"
)

// source is a node that is changed from outside, by one goroutine at a time, and what
// it must hold.
type source struct {
	node    *node
	content map[string]thing
	// change makes a change, in the collection and in content.
	change func(d dice)
}

// addStatic adds a static collection of some things, which is synced when synced is;
// nil means at once.
func (w *world) addStatic(d dice, synced krt.Syncer) *source {
	var first []thing
	for range d.IntN(names) {
		first = append(first, drawThing(d))
	}
	c := krt.NewStaticCollection(synced, first, w.options("static")...)
	s := &source{content: byName(first)}
	s.change = func(d dice) {
		v := drawThing(d)
		put := true
		switch d.IntN(9) {
		case 0, 1:
			c.DeleteObject(v.Name)
			delete(s.content, v.Name)
			put = false
		case 2: // delete and make again
			c.DeleteObject(v.Name)
			c.UpdateObject(v)
		case 3:
			c.DeleteObjects(func(t thing) bool { return t.Group == v.Group })
			maps.DeleteFunc(s.content, func(_ string, t thing) bool { return t.Group == v.Group })
			put = false
		case 4:
			state := []thing{drawThing(d), drawThing(d), v}
			c.Reset(state)
			s.content = byName(state)
		case 5:
			c.ConditionalUpdateObject(v)
		default:
			c.UpdateObject(v)
		}
		if put {
			s.content[v.Name] = v
		}
	}
	s.node = w.add(&node{kind: "static", c: c})
	return s
}

// addStaticSingleton adds a static singleton.
func (w *world) addStaticSingleton() *source {
	c := krt.NewStatic[thing](nil, true, w.options("static singleton")...)
	s := &source{content: map[string]thing{}}
	s.change = func(d dice) {
		v := drawThing(d)
		clear(s.content)
		if d.IntN(4) == 0 {
			c.Set(nil)
			return
		}
		c.Set(&v)
		s.content[v.Name] = v
	}
	s.node = w.add(&node{kind: "static singleton", c: c.AsCollection()})
	return s
}

// addChannel adds a collection that takes what is sent to it.
func (w *world) addChannel() *source {
	updates := make(chan krt.Update[thing])
	c := krt.FromChannel(updates, w.options("channel")...)
	updates <- krt.Update[thing]{Synced: true}
	s := &source{content: map[string]thing{}}
	s.change = func(d dice) {
		u := krt.Update[thing]{Replace: d.IntN(6) == 0}
		if u.Replace {
			clear(s.content)
		}
		for range d.IntN(3) {
			u.Delete = append(u.Delete, drawThing(d).Name)
		}
		for range d.IntN(3) {
			u.Put = append(u.Put, drawThing(d))
		}
		for _, name := range u.Delete {
			delete(s.content, name)
		}
		maps.Copy(s.content, byName(u.Put))
		updates <- u
		updates <- krt.Update[thing]{} // is taken when the one before has been committed
	}
	s.node = w.add(&node{kind: "channel", c: c})
	return s
}

// addInformer adds a collection of what an informer holds.
func (w *world) addInformer() *source {
	inf := &informer{}
	wrapped := krt.WrapClient[*thing](inf, w.options("informer")...)
	inf.synced()
	s := &source{content: map[string]thing{}}
	s.change = func(d dice) {
		v := drawThing(d)
		var old, now *thing
		if had, ok := s.content[v.Name]; ok {
			old = &had
		}
		if delete(s.content, v.Name); d.IntN(4) > 0 {
			now = &v
			s.content[v.Name] = v
		}
		if old != nil || now != nil {
			inf.change(old, now)
		}
	}
	// What the others hold is not a pointer.
	c := krt.MapCollection(wrapped, func(t *thing) thing { return *t }, w.options("informer's objects")...)
	s.node = w.add(&node{kind: "informer", c: c})
	return s
}

// informer has one subscriber, at most.
type informer struct {
	change func(old, new *thing)
	synced func()
}

// Subscribe implements [krt.Informer].
func (i *informer) Subscribe(change func(old, new *thing), synced func()) func() {
	i.change, i.synced = change, synced
	return func() {}
}

// gate is a [krt.Syncer] that is opened.
type gate struct {
	opened chan struct{}
	open   func()
}

func newGate() *gate {
	g := &gate{opened: make(chan struct{})}
	g.open = sync.OnceFunc(func() { close(g.opened) })
	return g
}

// HasSynced implements [krt.Syncer].
func (g *gate) HasSynced() bool {
	select {
	case <-g.opened:
		return true
	default:
		return false
	}
}

// WaitUntilSynced implements [krt.Syncer].
func (g *gate) WaitUntilSynced(stop <-chan struct{}) bool {
	select {
	case <-g.opened:
	case <-stop:
	}
	return g.HasSynced()
}
