// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Contender is somebody who takes part in a comparison.
type Contender struct {
	Name string
	Open func() scenario.Case
	// Ops is how many operations are measured at once. 0 means as many as fit into the
	// given time, but not more than Most, if that is not 0.
	Ops, Most int
	// Cold leaves out the operations that warm up a case. They are for what is done many
	// times, not for what is done once.
	Cold bool
}

// Sample is one measurement of one contender.
type Sample struct {
	Ops int
	// Time, Allocs and Bytes are those of one operation.
	Time          time.Duration
	Allocs, Bytes float64
	// Runs and Events are those of all operations.
	Runs, Events int64
	// Heap is how much more memory is in use after the operations than before them, and
	// Goroutines how many more there are.
	Heap       int64
	Goroutines int
	// Numbers are those that the case has measured itself.
	Numbers map[string]float64
}

// InTurn measures each contender once in every round. It returns the samples of each
// contender, in the order of both.
func InTurn(rounds int, budget time.Duration, contenders ...Contender) [][]Sample {
	samples := make([][]Sample, len(contenders))
	ops := make([]int, len(contenders))
	for range rounds {
		for i, c := range contenders {
			s := once(c, &ops[i], budget)
			samples[i] = append(samples[i], s)
		}
	}
	return samples
}

// once sets up a case, measures it and closes it. ops is the number of operations, which
// the first round finds out.
func once(contender Contender, ops *int, budget time.Duration) Sample {
	before := runtime.NumGoroutine()
	c := contender.Open()
	defer func() {
		c.Close()
		settle(before)
	}()
	switch {
	case *ops > 0:
		if !contender.Cold {
			c.Do(max(1, *ops/10))
		}
	case contender.Ops > 0:
		*ops = contender.Ops
		if !contender.Cold {
			c.Do(max(1, *ops/10))
		}
	default:
		*ops = fit(c, budget, contender.Most)
	}
	return take(c, *ops)
}

// fit returns how many operations take the given time.
func fit(c scenario.Case, budget time.Duration, most int) int {
	if most == 0 {
		most = 1 << 30
	}
	for n := 1; ; {
		start := time.Now()
		c.Do(n)
		took := max(time.Since(start), time.Microsecond)
		want := int(float64(n) * float64(budget) / float64(took))
		if n >= most || took > budget/4 {
			return min(most, max(1, want))
		}
		n = min(most, max(n+1, min(want/2, n*20)))
	}
}

// take measures n operations. What it asks the runtime stops all goroutines for a
// moment, but not while the clock runs.
func take(c scenario.Case, n int) Sample {
	var runs, events int64
	if c.Runs != nil {
		runs = c.Runs()
	}
	if c.Events != nil {
		events = c.Events()
	}
	goroutines := runtime.NumGoroutine()
	var before, after, kept runtime.MemStats
	collect()
	runtime.ReadMemStats(&before)
	took := c.Do(n)
	runtime.ReadMemStats(&after)
	collect()
	runtime.ReadMemStats(&kept)
	s := Sample{
		Ops: n, Time: took,
		Allocs:     float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes:      float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
		Heap:       int64(kept.HeapAlloc) - int64(before.HeapAlloc),
		Goroutines: runtime.NumGoroutine() - goroutines,
	}
	if c.Runs != nil {
		s.Runs = c.Runs() - runs
	}
	if c.Events != nil {
		s.Events = c.Events() - events
	}
	if c.Numbers != nil {
		s.Numbers = maps.Clone(c.Numbers())
	}
	return s
}

// collect frees what nobody refers to. What has finalizers goes the second time, and
// the first one's sweeping is over then.
func collect() {
	runtime.GC()
	runtime.GC()
}

// settle waits until there are no more goroutines than there were, for up to half a
// minute, and then collects what they left.
func settle(goroutines int) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 30000 {
		if runtime.NumGoroutine() <= goroutines {
			break
		}
		<-tick.C
	}
	collect()
}

// Metric is one number of a sample.
type Metric func(Sample) float64

// Time is the time of one operation in nanoseconds.
func Time(s Sample) float64 { return float64(s.Time) }

// Allocs is the number of allocations of one operation.
func Allocs(s Sample) float64 { return s.Allocs }

// Bytes is what one operation allocates.
func Bytes(s Sample) float64 { return s.Bytes }

// Heap is what all operations leave behind, in bytes.
func Heap(s Sample) float64 { return float64(s.Heap) }

// Goroutines is how many goroutines the operations leave behind.
func Goroutines(s Sample) float64 { return float64(s.Goroutines) }

// Runs is how many runs of transformations all operations caused.
func Runs(s Sample) float64 { return float64(s.Runs) }

// Events is how many events all operations caused.
func Events(s Sample) float64 { return float64(s.Events) }

// Number returns the metric of a number that cases measure themselves. It is 0 where they
// do not.
func Number(name string) Metric {
	return func(s Sample) float64 { return s.Numbers[name] }
}

// Each returns the metric of every sample.
func Each(samples []Sample, m Metric) []float64 {
	out := make([]float64, len(samples))
	for i, s := range samples {
		out[i] = m(s)
	}
	return out
}

// Median returns the middle one of the values, or the mean of the two in the middle,
// and 0 if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Ratio returns the median of how many times a is b, round by round. What slows a
// whole round down does not count, as it slows both.
func Ratio(a, b []float64) float64 {
	out := make([]float64, 0, len(a))
	for i := range min(len(a), len(b)) {
		if b[i] != 0 {
			out = append(out, a[i]/b[i])
		}
	}
	return Median(out)
}

// Beside returns how much longer the operations of a case take because something else
// is done once meanwhile: the median of so many pairs of measurements of the given
// length, one with it and one without, in changing order. It may be less than nothing,
// where the difference is smaller than what the machine does to both.
func Beside(open func() scenario.Case, pairs int, long time.Duration, once func(c scenario.Case)) time.Duration {
	before := runtime.NumGoroutine()
	c := open()
	defer func() {
		c.Close()
		settle(before)
	}()
	n := fit(c, long, 0)
	took := func(once func(c scenario.Case)) float64 {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			once(c)
		}()
		each := c.Do(n)
		<-ended
		return float64(each) * float64(n)
	}
	nothing := func(scenario.Case) {}
	more := make([]float64, pairs)
	for i := range more {
		if i%2 == 0 {
			more[i] = -took(nothing)
			more[i] += took(once)
		} else {
			more[i] = took(once)
			more[i] -= took(nothing)
		}
	}
	return time.Duration(Median(more))
}
