// SPDX-License-Identifier: Apache-2.0

package lazy_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/krtkit/krtkit/util/lazy"
)

var errDown = errors.New("server is down")

// failing returns a function that fails its first n calls, and a counter of calls.
func failing(n int32) (func() (string, error), *atomic.Int32) {
	var calls atomic.Int32
	return func() (string, error) {
		if calls.Add(1) <= n {
			return "", errDown
		}
		return "value", nil
	}, &calls
}

func TestNew_keepsErrors(t *testing.T) {
	f, calls := failing(1)
	l := lazy.New(f)
	for range 3 {
		if _, err := l.Get(); !errors.Is(err, errDown) {
			t.Errorf("Get() error = %v, want %v", err, errDown)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("function ran %d times, want 1", calls.Load())
	}
}

func TestNewWithRetry_triesUntilItHasAValue(t *testing.T) {
	f, calls := failing(2)
	l := lazy.NewWithRetry(f)
	for i, want := range []error{errDown, errDown, nil, nil} {
		if _, err := l.Get(); !errors.Is(err, want) {
			t.Errorf("Get() number %d error = %v, want %v", i, err, want)
		}
	}
	if calls.Load() != 3 {
		t.Errorf("function ran %d times, want 3", calls.Load())
	}
}

func TestNewWithRetry_panicIsNoResult(t *testing.T) {
	calls := 0
	l := lazy.NewWithRetry(func() (int, error) {
		calls++
		if calls == 1 {
			panic("no luck")
		}
		return calls, nil
	})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of the function did not reach the caller")
			}
		}()
		_, _ = l.Get()
	}()
	if v, err := l.Get(); v != 2 || err != nil {
		t.Errorf("Get() after a panic = %v, %v, want 2, nil", v, err)
	}
}

func TestNew_panicIsRepeated(t *testing.T) {
	l := lazy.New(func() (int, error) { panic("no luck") })
	for range 2 {
		func() {
			defer func() {
				if r := recover(); r != "no luck" {
					t.Errorf("recovered %v, want the function's panic", r)
				}
			}()
			_, _ = l.Get()
		}()
	}
}

func TestGet_concurrentCallersShareOneRun(t *testing.T) {
	for name, newLazy := range map[string]func(func() (string, error)) lazy.Lazy[string]{
		"New":          lazy.New[string],
		"NewWithRetry": lazy.NewWithRetry[string],
	} {
		t.Run(name, func(t *testing.T) {
			f, calls := failing(0)
			l := newLazy(f)
			start := make(chan struct{})
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					<-start
					if v, err := l.Get(); v != "value" || err != nil {
						t.Errorf("Get() = %q, %v, want value, nil", v, err)
					}
				})
			}
			close(start)
			wg.Wait()
			if calls.Load() != 1 {
				t.Errorf("function ran %d times, want 1", calls.Load())
			}
		})
	}
}

func Example() {
	tries := 0
	version := lazy.NewWithRetry(func() (string, error) {
		tries++
		if tries == 1 {
			return "", errors.New("connection refused")
		}
		return "v1.37", nil
	})
	for range 3 {
		v, err := version.Get()
		fmt.Println(v, err, tries)
	}
	// Output:
	//  connection refused 1
	// v1.37 <nil> 2
	// v1.37 <nil> 2
}
