// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"runtime"
	"slices"
	"time"
)

// Compute does so many units of work that needs a processor and no memory.
// The result must be used, or a compiler may leave the work out.
func Compute(units, seed int) int {
	x := uint64(seed) | 1
	for range units {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return int(x >> 1)
}

// UnitsOf returns how many units of [Compute] take so long on this machine now.
func UnitsOf(d time.Duration) int {
	const units = 1 << 20
	var took [9]time.Duration
	var sink int
	for i := range took {
		start := time.Now()
		sink ^= Compute(units, sink+i)
		took[i] = time.Since(start)
	}
	slices.Sort(took[:])
	median := max(took[len(took)/2], time.Nanosecond)
	runtime.KeepAlive(sink)
	return max(1, int(int64(units)*int64(d)/int64(median)))
}

// Spin returns after so long, and keeps a processor busy until then.
func Spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}
