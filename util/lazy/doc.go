// SPDX-License-Identifier: Apache-2.0

// Package lazy computes values when they are first asked for.
//
// [New] is sync.OnceValues as a value that fields and parameters can hold;
// [NewWithRetry] keeps a success and tries again after a failure, which suits what
// depends on a server that is not up yet:
//
//	version := lazy.NewWithRetry(client.ServerVersion)
//	v, err := version.Get()
//
// # Guarantees
//
//   - The function is never run by two goroutines at the same time; callers that
//     come while it runs wait for it.
//   - Once a value is kept, Get returns it without running the function again.
//   - A panic of the function reaches the caller and is never taken for a result.
//
// # What a caller must not do
//
// The function must not call Get of its own Lazy: it would wait for itself.
package lazy
