// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// PanicError is a panic of a function that a collection was made with,
// which was contained by [WithPanicHandler].
type PanicError struct {
	// Collection is the name of the collection.
	Collection string `json:"collection"`
	// Key is the key of the input or, in a join, of the object. It is empty for a
	// filter that could not say whether a change concerns it.
	Key string `json:"key"`
	// Value is what the function panicked with; its text, as JSON.
	Value any `json:"value"`
	// Stack is the stack trace of the goroutine at that time.
	Stack string `json:"stack"`
	// Time is when it happened.
	Time time.Time `json:"time"`
}

// MarshalJSON returns the fields by their tags.
func (p *PanicError) MarshalJSON() ([]byte, error) {
	type plain PanicError
	out := plain(*p)
	out.Value = fmt.Sprint(p.Value)
	return json.Marshal(out)
}

// Error says what happened, without the stack.
func (p *PanicError) Error() string {
	return fmt.Sprintf("krt: collection %q, key %q: panic: %v", p.Collection, p.Key, p.Value)
}

// Unwrap returns what the function panicked with, if that is an error, and nil
// otherwise.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// WithPanicHandler contains panics of the collection's transformation, of its merge
// function, of its filters, and of the keys and Equals methods of its objects. What
// was made of the input before stays, as after DiscardResult, and the function is
// called again when the input changes, or something that it had fetched. The last
// panic of each key is kept for [Describe] until a call for that key returns.
//
// handler is called for each panic, with no lock held, by the goroutine that
// panicked, and several may do so at the same time; it should not take long. Without
// this option a panic ends the process. Panics of handlers of events and of functions
// of indexes do so in any case.
func WithPanicHandler(handler func(*PanicError)) CollectionOption {
	return func(o *collectionOptions) { o.onPanic = handler }
}

// faults contains the panics of a collection's functions, if there is a handler.
type faults struct {
	collection string
	handler    func(*PanicError)

	mu    sync.Mutex
	total uint64                 // panics
	last  map[string]*PanicError // by key, of those whose last call panicked
}

func (f *faults) init(o collectionOptions) { f.collection, f.handler = o.name, o.onPanic }

// contain calls a function for the key. It returns false if that panicked.
func (f *faults) contain(key string, call func()) (ok bool) {
	defer func() {
		if ok {
			return
		}
		v := recover()
		if v == nil {
			return // the goroutine is ended, which nobody can hold up
		}
		p := &PanicError{Collection: f.collection, Key: key, Value: v, Stack: string(debug.Stack()), Time: time.Now()}
		f.mu.Lock()
		f.total++
		if f.last == nil {
			f.last = map[string]*PanicError{}
		}
		f.last[key] = p
		f.mu.Unlock()
		f.handler(p)
	}()
	call()
	f.forgive(key)
	return true
}

// forgive forgets the last panic for the key.
func (f *faults) forgive(key string) {
	if f.handler == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.last, key)
}

// of returns the last panic for the key, or nil if the last call did not panic.
func (f *faults) of(key string) *PanicError {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[key]
}

// list returns how many panics there were, and the last one of each key that had no
// call without one since, in the order of the keys.
func (f *faults) list() (total uint64, last []*PanicError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.last {
		last = append(last, p)
	}
	slices.SortFunc(last, func(a, b *PanicError) int { return cmp.Compare(a.Key, b.Key) })
	return f.total, last
}

// guardEqual makes the stream take a panic of its equality for a difference, if panics
// are contained.
func guardEqual[T any](s *stream[T], f *faults) {
	if f.handler == nil {
		return
	}
	unguarded := s.equals
	if unguarded == nil {
		unguarded = Equal[T]
	}
	s.equals = func(a, b T) (same bool) {
		return f.contain(keyOrAny(&b), func() { same = unguarded(a, b) }) && same
	}
}
