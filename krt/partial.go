// SPDX-License-Identifier: Apache-2.0

package krt

// PartialFetch is [Fetch] for a transformation that needs only a part of each
// object: it returns what xfm makes of them, and an update that leaves that equal,
// as equality says, does not run the transformation again. Additions and deletions
// always count. Both functions are kept and called for later changes by any
// goroutine; they must be pure.
func PartialFetch[T, S any](ctx HandlerContext, cc Collection[T], xfm func(T) S, equality func(S, S) bool, opts ...FetchOption) []S {
	same := func(d *dependency) {
		d.same = func(o, n any) bool { return equality(xfm(o.(T)), xfm(n.(T))) }
	}
	found := Fetch(ctx, cc, append([]FetchOption{same}, opts...)...)
	if found == nil {
		return nil
	}
	out := make([]S, len(found))
	for i, o := range found {
		out[i] = xfm(o)
	}
	return out
}

// PartialFetchComparable is [PartialFetch] for parts that can be compared by ==.
func PartialFetchComparable[T any, S comparable](ctx HandlerContext, cc Collection[T], xfm func(T) S, opts ...FetchOption) []S {
	return PartialFetch(ctx, cc, xfm, func(a, b S) bool { return a == b }, opts...)
}

// ResourceExists reports whether the collection has an object with the key. The
// transformation is run again when one appears or goes, not when it changes.
func ResourceExists[T any](ctx HandlerContext, cc Collection[T], key string) bool {
	return len(PartialFetchComparable(ctx, cc, func(T) struct{} { return struct{}{} }, FilterKey(key))) > 0
}

// BatchedEventFilter wraps a handler for [EventStream].RegisterBatch that cares for
// a part of each object: updates that leave equal what cf makes of it (see [Equal])
// are left out, and the handler is not called for a batch of nothing else.
func BatchedEventFilter[I, O any](cf func(a I) O, handler func(events []Event[I])) func(o []Event[I]) {
	return func(events []Event[I]) {
		kept := make([]Event[I], 0, len(events))
		for _, e := range events {
			if e.Event == EventUpdate && Equal(cf(*e.Old), cf(*e.New)) {
				continue
			}
			kept = append(kept, e)
		}
		if len(kept) > 0 {
			handler(kept)
		}
	}
}
