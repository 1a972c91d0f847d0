// SPDX-License-Identifier: Apache-2.0

// Package queue works off keys: what has changed is added, and a function brings
// each key's part of the world in order.
//
// A key says what to look at, not what happened, so ten additions that wait are one
// call. The function reads the present state, does what is missing, and says in a
// [Result] whether that is all, or when to look again:
//
//	pods := queue.New("pods", func(ctx context.Context, key string) queue.Result {
//		if err := sync(ctx, key); err != nil {
//			return queue.Result{Err: err} // tried again after a pause
//		}
//		return queue.Result{After: time.Hour}
//	}, queue.WithConcurrency(4))
//	pods.Add("default/web")
//	err := pods.Run(ctx)
//
// A Result is one value and not a value beside an error, so that no combination
// is ignored.
//
// [NewQueue] and [NewDelayed] are queues of functions, for what has no key.
//
// # Guarantees
//
//   - A key is never reconciled twice at the same time, however many are.
//   - After each Add there is a call for the key that begins after it, unless the queue
//     is stopped. There are no more calls than additions and results ask for.
//   - The highest priority comes first, and within one priority what was added first.
//   - No priority starves another: once a key has waited for the time that [WithAgeing]
//     gives, every fourth turn is for the key that has waited longest. So it comes after
//     at most four turns for each key that waited longer, and four for itself, while
//     keys of the highest priority still have three turns of four.
//   - A delay is never too short. A delay that AddAfter gives stays whatever happens to
//     the key; what a result asks for takes the place of what the last one did, so a
//     retry goes when another call succeeds first.
//   - With [WithMaxAttempts], a key that fails is called at most that often in a row.
//   - No goroutine runs before Run. Run has as many as [WithConcurrency] says beside the
//     caller's, and one timer. When it has returned nothing is left and no call runs.
//
// Less formally: add whatever may have changed, as often as you like; the function
// sees every key in its last state, soon.
//
// # What callers must not do
//
// The function must not wait for another key of the same queue, or for Run: it would
// take up the worker that it waits for. It must return when its context ends. It should
// not end its goroutine with runtime.Goexit, as t.Fatal does: that ends the worker.
//
// Keys must be equal to themselves, which NaN is not, and of a type that can be
// compared, also when they are interfaces.
//
// # Debugging
//
// [Queue.Stats] has what waits, what runs and for how long. Failed attempts are logged
// with their keys.
//
// # Testing
//
// In a bubble of testing/synctest, pauses and delays take no time and are exact.
package queue
