// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
)

func TestRepeat_leavesOutWhatWasHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		each, _ := measure.Repeat(time.Second, func(i int) {
			if i != calls {
				t.Errorf("call %d has the number %d", calls, i)
			}
			calls++
			time.Sleep(100 * time.Microsecond)
			if i%10 == 0 {
				time.Sleep(10 * time.Millisecond)
			}
		})
		if each != 100*time.Microsecond {
			t.Errorf("a call takes %v, want 100µs", each)
		}
	})
}

func TestRepeat_countsAllocations(t *testing.T) {
	var kept [][]byte
	_, allocs := measure.Repeat(time.Millisecond, func(int) { kept = append(kept[:0], make([]byte, 1<<10), make([]byte, 1<<10)) })
	if allocs < 2 || allocs > 2.5 {
		t.Errorf("a call allocates %v times, want twice", allocs)
	}
}

func TestRepeat_isCalledAtLeastThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		measure.Repeat(time.Millisecond, func(int) {
			calls++
			time.Sleep(time.Minute)
		})
		if calls != 3 {
			t.Errorf("%d calls, want 3", calls)
		}
	})
}
