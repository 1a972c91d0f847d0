// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"
)

// maxHandles is how many label combinations a metric remembers at most, so that With
// need not make them anew. Beyond that all are forgotten and remembered as they come.
const maxHandles = 16_384

// handle is an instrument with label values: what With returns, in the face of its
// kind.
type handle struct {
	in   *instrument
	face Metric
	tags []LabelValue // as they were given
	hash uint64       // of tags
	// series is what is recorded on; nil until then, and to be looked up again once it
	// is deleted.
	series atomic.Pointer[series]
}

// newHandle returns a handle for tags, which must not change.
func (in *instrument) newHandle(tags []LabelValue) *handle {
	var h *handle
	switch in.family.kind() {
	case sumType:
		m := &sum{}
		h, m.handle.face = &m.handle, m
	case gaugeType:
		m := &gauge{}
		h, m.handle.face = &m.handle, m
	default:
		m := &distribution{}
		h, m.handle.face = &m.handle, m
	}
	h.in, h.tags = in, tags
	return h
}

func (h *handle) Name() string { return h.in.name }

func (h *handle) Register() error { return nil }

func (h *handle) With(labelValues ...LabelValue) Metric {
	return h.derive(labelValues).face
}

// derive returns the handle with more tags, which may be changed later.
func (h *handle) derive(tags []LabelValue) *handle {
	if len(tags) == 0 {
		return h
	}
	hash := h.hash
	for i := range tags {
		hash = bits.RotateLeft64(hash, 23)*0x9e3779b97f4a7c15 + maphash.String(h.in.seed, tags[i].label.key)
		hash = bits.RotateLeft64(hash, 23)*0x9e3779b97f4a7c15 + maphash.String(h.in.seed, tags[i].value)
	}
	if d, ok := h.in.handles.load(hash); ok && d.is(h.tags, tags) {
		return d
	}
	return h.deriveNew(hash, tags)
}

func (h *handle) deriveNew(hash uint64, tags []LabelValue) *handle {
	all := make([]LabelValue, 0, len(h.tags)+len(tags))
	all = append(all, h.tags...)
	for _, tag := range tags {
		// Values are often cut from something larger, which should not be kept.
		tag.value = strings.Clone(tag.value)
		all = append(all, tag)
	}
	d := h.in.newHandle(all)
	d.hash = hash
	if there := h.in.handles.add(hash, d, maxHandles); there.is(h.tags, tags) {
		return there
	}
	return d // two have one hash
}

// is reports whether the tags of h are those of the two slices.
func (h *handle) is(tags, more []LabelValue) bool {
	return len(h.tags) == len(tags)+len(more) && slices.Equal(h.tags[:len(tags)], tags) && slices.Equal(h.tags[len(tags):], more)
}

// ready returns the series if recording is nothing but changing its value, else nil.
func (h *handle) ready() *series {
	if s := h.series.Load(); s != nil && s.state.Load() == fresh && h.in.hook.Load() == nil {
		return s
	}
	return nil
}

// record does all there is to recording a value.
func (h *handle) record(v float64, e *Exemplar) {
	h.tell(v)
	if f := h.in.family; f.kind() != gaugeType && !finite(v) {
		f.problem(f.name, rejectedValue)
		return
	}
	h.change(func(s *series) { s.store(v, e) })
}

// tell tells the hook.
func (h *handle) tell(v float64) {
	if hook := h.in.hook.Load(); hook != nil {
		(*hook).OnRecord(h.in.name, h.tags, v)
	}
}

// change changes the series, which is looked up if it has to be.
func (h *handle) change(change func(*series)) {
	f := h.in.family
	for {
		s := h.series.Load()
		if s == nil || s.state.Load() == deleted {
			s = f.get(h.tags, false)
			if s.overflow() {
				// Not kept: there may be room the next time.
				f.problem(f.name, overflowed)
			} else {
				h.series.Store(s)
			}
		}
		change(s)
		if s.touch() {
			return
		}
	}
}
