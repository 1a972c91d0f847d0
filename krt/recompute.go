// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"sync"
	"sync/atomic"
)

// RecomputeTrigger runs transformations again for a reason that krt cannot see,
// such as a change of data that is in no collection.
type RecomputeTrigger struct {
	ticks StaticCollection[tick]
	n     atomic.Uint64
}

// tick is what a trigger changes.
type tick uint64

// ResourceName implements [ResourceNamer].
func (tick) ResourceName() string { return "tick" }

// NewRecomputeTrigger returns a trigger. Unless it starts synced, the collections
// whose transformations are marked as dependent are not synced before MarkSynced
// was called.
func NewRecomputeTrigger(startSynced bool, opts ...CollectionOption) *RecomputeTrigger {
	return &RecomputeTrigger{ticks: newStatic("trigger", startSynced, []tick{0}, buildOptions("RecomputeTrigger", opts))}
}

// TriggerRecomputation runs every input again whose last run was marked as
// dependent: at least once after the call, and not once for each of several calls.
// What changed must have changed before the call. It does not wait for the runs.
func (r *RecomputeTrigger) TriggerRecomputation() {
	r.ticks.UpdateObject(tick(r.n.Add(1)))
}

// MarkDependant makes the running transformation depend on the trigger.
func (r *RecomputeTrigger) MarkDependant(ctx HandlerContext) { Fetch(ctx, r.ticks) }

// MarkSynced says that the data is complete. Calls after the first do nothing.
func (r *RecomputeTrigger) MarkSynced() { r.ticks.markSynced() }

// RecomputeProtected is data that transformations may read, of which they are run
// again when it changes. Copies are the same data. The zero value cannot be used;
// see [NewRecomputeProtected].
type RecomputeProtected[T any] struct {
	*recomputeProtected[T]
}

type recomputeProtected[T any] struct {
	trigger   *RecomputeTrigger
	modifying sync.Mutex // held by the one goroutine that makes a change
	data      atomic.Pointer[T]
}

// NewRecomputeProtected returns protected data. See [NewRecomputeTrigger] for
// startSynced.
func NewRecomputeProtected[T any](initialData T, startSynced bool, opts ...CollectionOption) RecomputeProtected[T] {
	p := &recomputeProtected[T]{trigger: NewRecomputeTrigger(startSynced, opts...)}
	p.data.Store(&initialData)
	return RecomputeProtected[T]{p}
}

// Get returns the data and makes the running transformation depend on it.
func (c RecomputeProtected[T]) Get(ctx HandlerContext) T {
	c.trigger.MarkDependant(ctx)
	return c.AccessUnprotected()
}

// AccessUnprotected returns the data without a dependency.
func (c RecomputeProtected[T]) AccessUnprotected() T { return *c.data.Load() }

// Modify changes the data by fn and triggers a recomputation. fn works on a copy,
// as deep as an assignment makes one: what T refers to is shared with readers, and
// changing that is for the caller to guard. Modify must not be called in fn.
func (c RecomputeProtected[T]) Modify(fn func(*T)) {
	c.modifying.Lock()
	data := c.AccessUnprotected()
	fn(&data)
	c.data.Store(&data)
	c.modifying.Unlock()
	c.TriggerRecomputation()
}

// TriggerRecomputation runs the transformations again that have read the data; for
// data that was changed otherwise than by Modify.
func (c RecomputeProtected[T]) TriggerRecomputation() { c.trigger.TriggerRecomputation() }

// MarkSynced says that the data is complete.
func (c RecomputeProtected[T]) MarkSynced() { c.trigger.MarkSynced() }
