// SPDX-License-Identifier: Apache-2.0

package lazy

import (
	"sync"
	"sync/atomic"
)

// Lazy is a value that is computed when it is first asked for.
type Lazy[T any] interface {
	// Get returns the value, or the error of computing it. It computes the value
	// if that is still to be done, and waits if another goroutine is doing so. It
	// is safe for concurrent use.
	Get() (T, error)
}

// New returns a Lazy that calls f once and keeps what it returns, be it a value
// or an error. If f panics, every Get panics with the same value.
func New[T any](f func() (T, error)) Lazy[T] {
	return once[T](sync.OnceValues(f))
}

type once[T any] func() (T, error)

func (o once[T]) Get() (T, error) { return o() }

// NewWithRetry returns a Lazy that keeps the first value that f returns without
// an error. Until then each Get calls f; what f returns beside an error is passed
// on and not kept. A panic of f counts as a failure.
func NewWithRetry[T any](f func() (T, error)) Lazy[T] {
	return &retry[T]{f: f}
}

type retry[T any] struct {
	f     func() (T, error)
	mu    sync.Mutex // held while f runs
	value atomic.Pointer[T]
}

func (r *retry[T]) Get() (T, error) {
	if v := r.value.Load(); v != nil {
		return *v, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.value.Load(); v != nil {
		return *v, nil
	}
	v, err := r.f()
	if err != nil {
		return v, err
	}
	r.value.Store(&v)
	return v, nil
}
