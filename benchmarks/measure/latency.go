// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"slices"
	"time"
)

// ReaderPace is how often the reader of a scenario reads.
const ReaderPace = 100 * time.Microsecond

// Latencies collects how long calls took that were due at a fixed pace. A call that
// takes longer than the pace stands for those that were due meanwhile and would have
// waited for the same: each of them counts with the time that it would have taken.
// Otherwise a reader that is held up for a second counts as one slow call among
// thousands of fast ones.
type Latencies struct {
	Pace time.Duration
	all  []time.Duration
}

// Add notes the time that a call took.
func (l *Latencies) Add(took time.Duration) {
	l.all = append(l.all, took)
	for took > l.Pace {
		took -= l.Pace
		l.all = append(l.all, took)
	}
}

// Percentile returns the time that a part of the calls did not exceed, such as 0.99
// of them. It is 0 if there were none.
func (l *Latencies) Percentile(part float64) time.Duration {
	if len(l.all) == 0 {
		return 0
	}
	slices.Sort(l.all)
	return l.all[min(len(l.all)-1, int(part*float64(len(l.all))))]
}

// Watch begins to call read at the pace, with the number of the call, and to note how
// long each call takes. How late a call begins does not count: that is up to who runs
// the goroutines of the process. The function that it returns ends that.
func (l *Latencies) Watch(read func(i int)) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(l.Pace)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			start := time.Now()
			read(i)
			l.Add(time.Since(start))
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
