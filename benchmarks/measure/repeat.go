// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"runtime"
	"time"
)

// batch is how long the calls take whose time Repeat takes at once.
const batch = 50 * time.Microsecond

// Repeat calls f, with the number of the call, for so long, and at least three times. It returns what one call takes and
// allocates. The time is the median of short batches of calls, so that those do not count in which somebody else had the
// processor; the allocations are those of the whole process.
func Repeat(long time.Duration, f func(i int)) (each time.Duration, allocs float64) {
	calls, size := 0, 1
	var took []float64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for begin := time.Now(); len(took) < 3 || time.Since(begin) < long; {
		start := time.Now()
		for range size {
			f(calls)
			calls++
		}
		t := time.Since(start)
		took = append(took, float64(t)/float64(size))
		if t < batch/2 && len(took) < 20 {
			size *= 2
			took = took[:0]
		}
	}
	runtime.ReadMemStats(&after)
	return time.Duration(Median(took)), float64(after.Mallocs-before.Mallocs) / float64(calls)
}
