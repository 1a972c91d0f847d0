// SPDX-License-Identifier: Apache-2.0

package krttest

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// WaitOrdered waits for events, takes them, and fails the test if others come
// instead. An event is written as what happened and to which key:
//
//	r.WaitOrdered("add/default/a", "update/default/a", "delete/default/a")
//
// They have to come in this order. Of the events of one batch, only those of the
// same key have an order; others may be named in any. What comes after them stays
// for the next call.
func (r *Recorder[T]) WaitOrdered(events ...string) {
	r.t.Helper()
	r.expect(events, true)
}

// WaitUnordered is [Recorder.WaitOrdered] for events that may come in any order.
func (r *Recorder[T]) WaitUnordered(events ...string) {
	r.t.Helper()
	r.expect(events, false)
}

// WaitCompare waits for an event for which match returns true, takes it and all
// that came before it, and returns it.
func (r *Recorder[T]) WaitCompare(match func(e krt.Event[T]) bool) krt.Event[T] {
	r.t.Helper()
	var found krt.Event[T]
	r.wait("an event that matches", func() bool {
		for b, batch := range r.untaken {
			if i := slices.IndexFunc(batch, match); i >= 0 {
				r.untaken = r.untaken[b:]
				r.untaken[0] = batch[i:]
				found = r.pop(0)
				return true
			}
		}
		return false
	})
	return found
}

// WaitContent waits until the events add up to these objects, and takes all events
// that have come by then. Objects are compared by [krt.Equal].
func (r *Recorder[T]) WaitContent(want ...T) {
	r.t.Helper()
	wanted := keyed(want)
	var diff string
	why := r.await(func() bool {
		if diff = diffObjects(wanted, r.log.Content()); diff != "" {
			return false
		}
		r.untaken = nil
		return true
	})
	if why != "" {
		r.t.Fatalf("krttest: %s waiting for the content (-want +got):\n%s", why, diff)
	}
}

// Empty waits until the collection is idle and fails the test if there are events
// that nobody has taken.
func (r *Recorder[T]) Empty() {
	r.t.Helper()
	r.WaitIdle()
	if left := r.Drain(); len(left) > 0 {
		r.t.Fatalf("krttest: unexpected events: %v", names(left))
	}
}

// expect takes the wanted events as they come.
func (r *Recorder[T]) expect(want []string, ordered bool) {
	r.t.Helper()
	left := slices.Clone(want)
	var taken []string
	wrong := false
	why := r.await(func() bool {
		for len(left) > 0 && len(r.untaken) > 0 && !wrong {
			i, j := find(names(r.untaken[0]), r.untaken[0], left, ordered)
			if wrong = i < 0; !wrong {
				taken = append(taken, fold.Name(r.pop(i)))
				left = slices.Delete(left, j, j+1)
			}
		}
		return len(left) == 0 || wrong
	})
	if !wrong && why == "" {
		return
	}
	if wrong {
		why = "another event came"
		r.mu.Lock()
		taken = append(taken, names(r.untaken[0])...)
		r.mu.Unlock()
	}
	if !ordered {
		want = slices.Sorted(slices.Values(want))
		slices.Sort(taken)
	}
	r.t.Fatalf("krttest: %s; events mismatch (-want +got):\n%s", why, cmp.Diff(want, taken))
}

// find returns which event of a batch can be taken next, and which of the wanted
// ones it is; -1 if there is none. Events of a batch can be taken in any order, but
// those of one key in theirs.
func find[T any](batch []string, events []krt.Event[T], want []string, ordered bool) (i, j int) {
	if ordered {
		want = want[:1]
	}
	seen := map[string]bool{}
	for i, name := range batch {
		if key := fold.Key(events[i].Latest()); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		if j := slices.Index(want, name); j >= 0 {
			return i, j
		}
	}
	return -1, -1
}

// keyed returns objects by key.
func keyed[T any](objects []T) map[string]T {
	out := make(map[string]T, len(objects))
	for _, o := range objects {
		out[fold.Key(o)] = o
	}
	return out
}

// diffObjects returns what is different, and "" if nothing is.
func diffObjects[T any](want, got map[string]T) string {
	differ := len(want) != len(got)
	for key, w := range want {
		g, ok := got[key]
		differ = differ || !ok || !krt.Equal(w, g)
	}
	if !differ {
		return ""
	}
	// Fields that have no name outside of their package count, too.
	all := cmp.Exporter(func(reflect.Type) bool { return true })
	if diff := cmp.Diff(want, got, all); diff != "" {
		return diff
	}
	return fmt.Sprintf("- %+v\n+ %+v\n", want, got)
}
