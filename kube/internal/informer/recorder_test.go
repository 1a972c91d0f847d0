// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// recorder is a handler that folds what it is told and notes what cannot be true.
type recorder struct {
	mu     sync.Mutex
	has    map[string]*corev1.ConfigMap
	newest map[string]int // the newest resource version seen of each object
	events []string
	wrong  []string
	inCall bool
	synced int
}

func newRecorder() *recorder {
	return &recorder{has: map[string]*corev1.ConfigMap{}, newest: map[string]int{}}
}

func version(o *corev1.ConfigMap) int {
	v, _ := strconv.Atoi(o.ResourceVersion)
	return v
}

func (r *recorder) enter() {
	r.mu.Lock()
	if r.inCall {
		r.wrong = append(r.wrong, "calls overlap")
	}
	r.inCall = true
	r.mu.Unlock()
}

func (r *recorder) leave() {
	r.mu.Lock()
	r.inCall = false
	r.mu.Unlock()
}

func (r *recorder) note(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

func (r *recorder) OnAdd(obj any, initial bool) {
	r.enter()
	defer r.leave()
	o := obj.(*corev1.ConfigMap)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.has[keyOf(o)] != nil {
		r.note("%s added twice", keyOf(o))
	}
	if version(o) < r.newest[keyOf(o)] {
		r.note("%s added at version %d after %d", keyOf(o), version(o), r.newest[keyOf(o)])
	}
	r.has[keyOf(o)] = o
	r.newest[keyOf(o)] = version(o)
	kind := "add"
	if initial {
		kind = "initial"
	}
	r.events = append(r.events, kind+" "+keyOf(o))
}

func (r *recorder) OnUpdate(oldObj, obj any) {
	r.enter()
	defer r.leave()
	old, o := oldObj.(*corev1.ConfigMap), obj.(*corev1.ConfigMap)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.has[keyOf(o)] != old {
		r.note("%s updated from version %d, which the handler does not have", keyOf(o), version(old))
	}
	if version(o) <= r.newest[keyOf(o)] {
		r.note("%s updated to version %d after %d", keyOf(o), version(o), r.newest[keyOf(o)])
	}
	r.has[keyOf(o)] = o
	r.newest[keyOf(o)] = version(o)
	r.events = append(r.events, "update "+keyOf(o))
}

func (r *recorder) OnDelete(obj any) {
	r.enter()
	defer r.leave()
	o := obj.(*corev1.ConfigMap)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.has[keyOf(o)] == nil {
		r.note("%s deleted, which the handler does not have", keyOf(o))
	}
	delete(r.has, keyOf(o))
	r.events = append(r.events, "delete "+keyOf(o))
}

// change and complete make the recorder a subscriber.
func (r *recorder) change(old, obj any) {
	switch {
	case old == nil:
		r.OnAdd(obj, false)
	case obj == nil:
		r.mu.Lock()
		if o := old.(*corev1.ConfigMap); r.has[keyOf(o)] != o {
			r.note("%s removed as an object that the subscriber does not have", keyOf(o))
		}
		r.mu.Unlock()
		r.OnDelete(old)
	default:
		r.OnUpdate(old, obj)
	}
}

func (r *recorder) complete() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.synced++
}

// take returns the events since the last call.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

func (r *recorder) log() string { return strings.Join(r.take(), ", ") }

func (r *recorder) complaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wrong
}

// state returns what the handler has, as resource versions by key.
func (r *recorder) state() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	state := map[string]string{}
	for k, o := range r.has {
		state[k] = o.ResourceVersion
	}
	return state
}
