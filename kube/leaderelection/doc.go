// SPDX-License-Identifier: Apache-2.0

// Package leaderelection has one of several candidates lead, by a Lease on the API
// server.
//
// A candidate that holds the Lease runs its functions and renews it. When it cannot
// renew it in time it stops them, and when its program stops it gives the Lease back,
// for the next one to take at once. Who outranks the holder can ask for the Lease.
//
//	election := leaderelection.NewLeaderElection("shop", podName, "cart-controller", "", client).
//		AddRunFunction(func(stop <-chan struct{}) {
//			controller := newController(client) // anew for each term
//			controller.Run(stop)
//		})
//	election.Run(stop)
//
// # Guarantees
//
//   - No function is started, in any process, before the stop channels of all others
//     are closed, as long as all candidates have the same TTL, nobody changes or
//     deletes the Lease by hand, and no clock runs at twice the speed of another.
//     Times of different machines are never compared.
//   - Functions that return within half the TTL (15 s) after their stop is closed do
//     not overlap at all.
//   - A candidate whose functions go on after the end of a term is none until they
//     have returned.
//   - A Lease that is given back, at the end of a program or for a candidate that
//     outranks the holder, is given back after the functions have returned.
//   - A Lease that somebody deletes is made again by its holder, for whom candidates
//     that have seen it wait as long as the TTL. A candidate that starts in between
//     has seen none and does not wait.
//   - When Run returns, no goroutine is left but those of functions that did not
//     return in time.
//
// Less formally: there is one leader or none. A leader that is cut off stops after
// half the TTL, and another begins after the whole of it.
//
// No lock of this kind can keep a process from writing that was suspended in the
// middle of it. A store that must be sure of that compares the numbers that
// [LeaderElection.Term] returns.
//
// # What callers must not do
//
// A run function must build what it needs when it is called: it is called again for
// the next term, and what was stopped stays stopped. Caches that are shared and stay
// warm between terms are made outside of it; its handlers are not.
//
// Requests for the Lease do not wait for the client's rate limiter, but they share its
// connections. By default one that fell silent is given up after 45 s, which is too
// late for a TTL of 30: see kube.WithHTTP2Health.
package leaderelection
