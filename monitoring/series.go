// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// States of a series. What is recorded is stored first and the state set then, so a
// series that is shown has a value.
const (
	unborn  uint32 = iota // nothing was recorded yet; not shown
	fresh                 // recorded on; the only state that recording need not change
	idle                  // not recorded on since it was looked at for expiry
	deleted               // not in its family any more
)

// series is one set of labels of a metric with its value.
type series struct {
	family *family
	key    string           // tells the series of a family apart
	labels []*dto.LabelPair // by name, never changed
	bounds []float64        // of the buckets, never changed
	start  time.Time        // when the series began

	state atomic.Uint32
	// seen is when the series was last found fresh. It is guarded by the family's lock.
	seen time.Time

	// whole and parts are the two summands of a sum: whole numbers, which are quick to
	// add, and the bits of the rest. A gauge has its value in parts.
	whole atomic.Uint64
	parts atomic.Uint64
	// function, if there is one, is asked for the value of a gauge.
	function atomic.Pointer[func() float64]
	// buckets count the values of a distribution, with the sum of them in parts.
	buckets []atomic.Uint64
	// exemplars has one for each bucket of a distribution and one for a sum; nil for
	// gauges.
	exemplars []atomic.Pointer[Exemplar]
}

// touch notes that something was recorded. It returns false if the series was deleted
// before.
func (s *series) touch() bool {
	for {
		switch state := s.state.Load(); state {
		case fresh:
			return true
		case deleted:
			return false
		default:
			s.state.CompareAndSwap(state, fresh)
		}
	}
}

// store records a value that is good for the kind of metric.
func (s *series) store(v float64, e *Exemplar) {
	switch s.family.kind() {
	case sumType:
		s.add(v)
		s.example(0, e)
	case gaugeType:
		s.set(v)
	default:
		s.example(s.observe(v), e)
	}
}

// add adds to a sum.
func (s *series) add(v float64) {
	if n := uint64(v); v >= 0 && v < 1<<53 && float64(n) == v {
		s.whole.Add(n)
		return
	}
	s.addPart(v)
}

func (s *series) addPart(v float64) {
	for {
		bits := s.parts.Load()
		if s.parts.CompareAndSwap(bits, math.Float64bits(math.Float64frombits(bits)+v)) {
			return
		}
	}
}

// set sets a gauge.
func (s *series) set(v float64) {
	s.parts.Store(math.Float64bits(v))
}

// observe adds to a distribution and returns the bucket.
func (s *series) observe(v float64) int {
	bucket := s.bucket(v)
	s.buckets[bucket].Add(1)
	s.addPart(v)
	return bucket
}

func (s *series) example(i int, e *Exemplar) {
	if e != nil {
		s.exemplars[i].Store(e)
	}
}

// value returns what was recorded: the value of a sum or a gauge, or the sum of a
// distribution's values.
func (s *series) value() float64 {
	return float64(s.whole.Load()) + math.Float64frombits(s.parts.Load())
}

// bucket returns the place of v among the bounds: a value equal to one belongs to it.
func (s *series) bucket(v float64) int {
	if len(s.bounds) > 40 { // where halving begins to be quicker
		i, _ := slices.BinarySearch(s.bounds, v)
		return i
	}
	for i, bound := range s.bounds {
		if v <= bound {
			return i
		}
	}
	return len(s.bounds)
}
