// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func TestInTurn_countsWhatOneOperationNeeds(t *testing.T) {
	var kept [][]byte
	var opened, closed, runs int
	open := func() scenario.Case {
		opened++
		return scenario.Case{
			Do: func(n int) time.Duration {
				for range n {
					kept = append(kept, make([]byte, 1<<16))
					runs++
				}
				return 5 * time.Millisecond
			},
			Runs:  func() int64 { return int64(runs) },
			Close: func() { closed++; kept = nil },
		}
	}
	samples := measure.InTurn(3, time.Millisecond, measure.Contender{Open: open, Ops: 100})
	if len(samples) != 1 || len(samples[0]) != 3 || opened != 3 || closed != 3 {
		t.Fatalf("%d contenders, %d cases opened, %d closed, want 1, 3, 3", len(samples), opened, closed)
	}
	for _, s := range samples[0] {
		if s.Ops != 100 || s.Runs != 100 || s.Time != 5*time.Millisecond {
			t.Errorf("%d operations, %d runs, %v each, want 100, 100, 5ms", s.Ops, s.Runs, s.Time)
		}
		if s.Allocs < 1 || s.Allocs > 2 || s.Bytes < 1<<16 || s.Bytes > 1<<17 {
			t.Errorf("an operation allocates %v times %v bytes, want once 65536", s.Allocs, s.Bytes)
		}
		if s.Heap < 100<<16 || s.Heap > 101<<16 {
			t.Errorf("100 operations keep %d bytes, want %d", s.Heap, 100<<16)
		}
	}
}

func TestInTurn_fitsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := func() scenario.Case {
			return scenario.Case{
				Do: func(n int) time.Duration {
					start := time.Now()
					for range n {
						time.Sleep(100 * time.Microsecond)
					}
					return time.Since(start) / time.Duration(n)
				},
				Close: func() {},
			}
		}
		for _, tt := range []struct{ most, want int }{{0, 200}, {7, 7}} {
			for _, s := range measure.InTurn(2, 20*time.Millisecond, measure.Contender{Open: open, Most: tt.most})[0] {
				if s.Ops != tt.want || s.Time != 100*time.Microsecond {
					t.Errorf("no more than %d operations (0: any): %d of %v each in 20ms, want %d of 100µs", tt.most, s.Ops, s.Time, tt.want)
				}
			}
		}
	})
}

func TestBeside_isTheTimeOfWhatIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		processor := make(chan struct{}, 1) // there is one for both
		use := func(d time.Duration) {
			processor <- struct{}{}
			time.Sleep(d)
			<-processor
		}
		c := scenario.Case{
			Do: func(n int) time.Duration {
				start := time.Now()
				for range n {
					use(10 * time.Microsecond)
				}
				return time.Since(start) / time.Duration(n)
			},
			Close: func() {},
		}
		took := measure.Beside(func() scenario.Case { return c }, 4, 10*time.Millisecond, func(scenario.Case) { use(5 * time.Millisecond) })
		if took != 5*time.Millisecond {
			t.Errorf("what takes 5 ms makes everything else %v slower", took)
		}
	})
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{9, 1, 2, 4}, 3},
	} {
		if got := measure.Median(tt.in); got != tt.want {
			t.Errorf("Median(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestRatio_isThatOfEachRound(t *testing.T) {
	// The second round was slow for both, and so it says the same as the others.
	if got := measure.Ratio([]float64{20, 80, 21}, []float64{10, 40, 10}); got != 2 {
		t.Errorf("Ratio = %v, want 2", got)
	}
	if got := measure.Ratio([]float64{1}, []float64{0}); got != 0 {
		t.Errorf("Ratio to nothing = %v, want 0", got)
	}
}

func TestLatencies_slowCallStandsForThoseThatWaited(t *testing.T) {
	l := measure.Latencies{Pace: time.Millisecond}
	for range 100 {
		l.Add(time.Microsecond)
	}
	if got := l.Percentile(0.99); got != time.Microsecond {
		t.Errorf("the 99th percentile of fast calls is %v, want 1µs", got)
	}
	l.Add(100 * time.Millisecond)
	if got := l.Percentile(0.99); got < 90*time.Millisecond {
		t.Errorf("the 99th percentile is %v, want nearly 100ms: half of the time, readers waited", got)
	}
	var none measure.Latencies
	if got := none.Percentile(0.99); got != 0 {
		t.Errorf("the 99th percentile of nothing is %v", got)
	}
}
