// SPDX-License-Identifier: Apache-2.0

package monitoring

import "math"

// The kinds of metrics differ in what recording is where nothing else is to be done.

type sum struct{ handle }

func (m *sum) Increment() {
	if s := m.ready(); s != nil {
		s.whole.Add(1)
		return
	}
	m.record(1, nil)
}

func (m *sum) Decrement() { m.Record(-1) }

func (m *sum) RecordInt(value int64) { m.Record(float64(value)) }

func (m *sum) Record(value float64) {
	if s := m.ready(); s != nil && finite(value) {
		s.add(value)
		return
	}
	m.record(value, nil)
}

type gauge struct{ handle }

func (m *gauge) Increment() { m.Record(1) }

func (m *gauge) Decrement() { m.Record(-1) }

func (m *gauge) RecordInt(value int64) { m.Record(float64(value)) }

func (m *gauge) Record(value float64) {
	if s := m.ready(); s != nil {
		s.set(value)
		return
	}
	m.record(value, nil)
}

// add changes the gauge by a difference.
func (m *gauge) add(difference float64) {
	if s := m.ready(); s != nil {
		s.addPart(difference)
		return
	}
	if m.in.hook.Load() != nil {
		v := difference
		if s := m.series.Load(); s != nil && s.state.Load() != deleted {
			v += s.value()
		}
		m.tell(v)
	}
	m.change(func(s *series) { s.addPart(difference) })
}

type distribution struct{ handle }

func (m *distribution) Increment() { m.Record(1) }

func (m *distribution) Decrement() { m.Record(-1) }

func (m *distribution) RecordInt(value int64) { m.Record(float64(value)) }

func (m *distribution) Record(value float64) {
	if s := m.ready(); s != nil && finite(value) {
		s.observe(value)
		return
	}
	m.record(value, nil)
}

// finite reports whether v is a number that can be added up.
func finite(v float64) bool { return math.Abs(v) <= math.MaxFloat64 }
