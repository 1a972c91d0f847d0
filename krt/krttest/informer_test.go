// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt/krttest"
)

// memory is an informer of a map.
type memory struct {
	mu          sync.Mutex // held while subscribers are told, so that they hear of all changes in order
	objects     map[string]*object
	synced      bool
	subscribers map[*subscription]struct{}
}

type subscription struct {
	change func(old, new *object)
	synced func()
	mu     sync.Mutex
	ended  bool
}

// tell calls a subscriber, if its subscription has not ended.
func (s *subscription) tell(f func()) {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	if !ended {
		f()
	}
}

func newMemory(setup krttest.Setup) *memory {
	m := &memory{objects: map[string]*object{}, synced: !setup.Unsynced, subscribers: map[*subscription]struct{}{}}
	for _, key := range setup.Present {
		m.objects[key] = &object{Key: key}
	}
	return m
}

func (m *memory) Subscribe(change func(old, new *object), synced func()) func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &subscription{change: change, synced: synced}
	m.subscribers[s] = struct{}{}
	for _, o := range m.objects {
		s.tell(func() { change(nil, o) })
	}
	if m.synced {
		s.tell(synced)
	}
	return func() {
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
		// Not here: it may be called by change, with the lock held.
		go func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			delete(m.subscribers, s)
		}()
	}
}

func (m *memory) set(key string, o *object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.objects[key]
	if old == nil && o == nil {
		return
	}
	if m.objects[key] = o; o == nil {
		delete(m.objects, key)
	}
	for s := range m.subscribers {
		s.tell(func() { s.change(old, o) })
	}
}

func (m *memory) sync() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.synced = true
	for s := range m.subscribers {
		s.tell(s.synced)
	}
}

func (m *memory) rig() krttest.InformerRig[*object] {
	return krttest.InformerRig[*object]{
		Informer: m,
		Put:      func(key string, v int) { m.set(key, &object{key, v}) },
		Remove:   func(key string) { m.set(key, nil) },
		Version:  func(o *object) int { return o.Version },
		Sync:     m.sync,
	}
}

func TestInformer_ofAMap(t *testing.T) {
	krttest.TestInformer(t, func(_ *testing.T, s krttest.Setup) krttest.InformerRig[*object] { return newMemory(s).rig() })
}
