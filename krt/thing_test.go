// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// thing is what most collections of the tests hold.
type thing struct {
	Name, Group string
	Value       uint64
	Labels      map[string]string
	Selector    map[string]string
}

func (t thing) ResourceName() string                { return t.Name }
func (t thing) GetLabels() map[string]string        { return t.Labels }
func (t thing) GetLabelSelector() map[string]string { return t.Selector }

// mix makes a number of anything.
func mix(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, parts...)
	return h.Sum64()
}

// tags gives labels and selectors few enough values for them to match often.
func tags(v uint64) map[string]string {
	out := map[string]string{}
	if v%5 > 0 {
		out["a"] = fmt.Sprint(v / 5 % 3)
	}
	if v/15%3 > 0 {
		out["b"] = fmt.Sprint(v / 45 % 3)
	}
	return out
}

// index returns things by name.
func index(all []thing) map[string]thing {
	out := map[string]thing{}
	for _, t := range all {
		out[t.Name] = t
	}
	return out
}

// mergeThings is a merge of which the order matters, and that drops some.
func mergeThings(ts []thing) *thing {
	out := ts[0]
	for _, t := range ts[1:] {
		out.Value = out.Value*31 + t.Value
	}
	if out.Value%11 == 0 {
		return nil
	}
	return &out
}

// follower folds the events of a handler and checks that they are well-formed.
type follower struct {
	of      int
	name    string
	mu      sync.Mutex
	content map[string]thing
	wrong   []string
	reg     krt.HandlerRegistration
}

func follow(c krt.Collection[thing], of int, name string) *follower {
	f := &follower{of: of, name: name, content: map[string]thing{}}
	f.reg = c.RegisterBatch(func(events []krt.Event[thing]) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, e := range events {
			f.take(e)
		}
	}, true)
	return f
}

func (f *follower) take(e krt.Event[thing]) {
	had, ok := f.content[e.Latest().Name]
	bad := func(why string) {
		f.wrong = append(f.wrong, fmt.Sprintf("%v of %v: %s", e.Event, e.Latest(), why))
	}
	switch e.Event {
	case krt.EventAdd:
		if ok || e.Old != nil || e.New == nil {
			bad("addition of what is there")
		}
	case krt.EventUpdate:
		if !ok || e.Old == nil || e.New == nil || !cmp.Equal(*e.Old, had) {
			bad(fmt.Sprintf("update of %v", had))
		}
	case krt.EventDelete:
		if !ok || e.Old == nil || e.New != nil || !cmp.Equal(*e.Old, had) {
			bad(fmt.Sprintf("delete of %v", had))
		}
	}
	if e.New != nil {
		f.content[e.New.Name] = *e.New
	} else {
		delete(f.content, e.Old.Name)
	}
}
