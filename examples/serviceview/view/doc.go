// SPDX-License-Identifier: Apache-2.0

// Package view derives one live view per service from the objects of a cluster:
// what it selects, where that runs, and what is wrong with it.
//
// It is made of krt collections. Objects are first cut down to the parts that
// matter; pods and the templates of workloads without pods become backends; at the
// end one transformation gathers what there is about a service and hands it to
// plain functions that describe it. Nobody says when to compute anything: a change
// of an object runs those transformations that read it, and no others.
//
//	v := view.New(view.Watch(client, stop), stop)
//	v.Services.Register(func(e krt.Event[view.Service]) {
//		fmt.Println(e.Event, e.Latest().ResourceName(), e.Latest().Problems)
//	})
//	client.RunAndWait(stop)
//
// # Guarantees
//
//   - Once [View].Services is synced it shows every object that the sources had.
//   - After every change the view equals one computed from scratch; a test compares
//     the two after random changes.
//   - An object that changes without changing the view causes no event.
//   - [Service].Sources names each object, with its version, that the view was made
//     from. The difference between two views of a service says what changed, and
//     the difference of their sources says why.
//
// # What callers must not do
//
// Objects and views are shared: whoever reads one must not change it.
package view
