// SPDX-License-Identifier: Apache-2.0

// Package krttest is for tests of what is built on krt: of transformations, of
// collections put together from them, and of sources that krt does not know.
//
// A test of a graph of collections has three parts. It makes inputs: [NewMock] reads
// them from YAML or takes them as they are. It changes them and waits: [Recorder]
// keeps what a handler is told, and waits for it without polling. And it compares:
// [CheckDerived] calls the transformation for every input and says where the
// collection is something else.
//
//	func TestEndpoints(t *testing.T) {
//		opts := krttest.Options(t)
//		pods := krt.NewStaticCollection[Pod](nil, nil, opts.WithName("pods")...)
//		endpoints := krt.NewCollection(pods, toEndpoint, opts.WithName("endpoints")...)
//		rec := krttest.NewRecorder(t, endpoints)
//
//		pods.UpdateObject(Pod{Name: "web", IP: "10.0.0.1"})
//		rec.WaitOrdered("add/web")
//		pods.DeleteObject("web")
//		rec.WaitOrdered("delete/web")
//		krttest.CheckDerived(t, endpoints, pods, toEndpoint)
//	}
//
// A transformation by itself is a function, and [Context] is a context to call it
// with.
//
// # For those who write sources
//
// [TestCollection] checks every promise that krt makes of a collection, and
// [TestInformer] those that a [krt.Informer] makes to krt. Package graphtest, below
// this one, compares random graphs of collections with plain loops.
//
// # Guarantees
//
//   - What waits, waits for an event, and fails the test after [WithTimeout] if it
//     does not come. In a bubble of testing/synctest it fails at once.
//   - Everything ends with the test: handlers, collections of [NewMock] and
//     [Options]. [CheckGoroutines] says what else is left.
//   - Failures are reported to the test that was given, through [Failer], which every
//     [testing.TB] is.
//
// What ends a test, rather than only failing it, must be called on the test's own
// goroutine, as [testing.T.FailNow]: NewMock, GetMockSingleton, and what waits.
//
// The package knows the kinds of Kubernetes, for the YAML of NewMock, and so brings
// along all their types. Only tests may import it.
package krttest
