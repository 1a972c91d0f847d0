// SPDX-License-Identifier: Apache-2.0

// Package krt derives collections from other collections and keeps them current.
//
// A controller computes something from objects that change: endpoints from
// services and pods, routes from gateways and policies. With krt it says only how
// one result follows from its inputs, as a function. krt calls the function when
// an input changes, finds out by itself which inputs that concerns, and tells
// whoever asked about the results that became different.
//
//	pods := krt.NewStaticCollection(nil, []Pod{…})
//	services := krt.NewStaticCollection(nil, []Service{…})
//	endpoints := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *Endpoints {
//		return &Endpoints{s.Name, krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector))}
//	})
//	endpoints.Register(func(e krt.Event[Endpoints]) { … })
//
// # Collections
//
// A [Collection] is a set of objects, each with a key of its own (see [GetKey]).
// Objects are values: nobody may change one after it has been put into a
// collection or got out of one.
//
//   - Sources hold what comes from outside: [NewStaticCollection] what the program
//     puts in, [NewStatic] the same for a single object, [WrapClient] and [NewInformer]
//     what a Kubernetes API server has, [FromChannel] what any other stream says; package
//     krt/files has folders and files.
//   - [NewCollection] makes of each object of another collection one object or none;
//     [NewManyCollection] makes any number. [NewSingleton] and [NewManyFromNothing]
//     start from nothing and only [Fetch]. [NewStatusCollection] also finds a status of
//     each input, to be written back.
//   - [JoinCollection] is the union of several, in which the first one wins;
//     [JoinWithMergeCollection] merges objects with the same key, and
//     [NestedJoinWithMergeCollection] does so for collections that come and go.
//     [MapCollection] shows objects as others.
//   - [NewIndex] finds the objects of a collection by something else than the key. Its
//     groups are a collection too: [Index].AsCollection.
//
// Options say what a collection is called, when it ends and more; an
// [OptionsBuilder] makes them for all collections of a program.
//
// # Transformations
//
// The function given to NewCollection reads other collections with [Fetch] and
// its relatives. What it fetched in its last call is what it depends on: it is
// called again when a change concerns one of those reads. Filters say what does.
// By key, index, label and selector, krt finds the calls that a change concerns
// without looking at the others, however many there are. A read with
// [FilterGeneric], or without any filter, is checked at every change. Who needs only
// a part of the objects says so with [PartialFetch].
//
// A transformation must be a pure function of its input and of what it fetches:
//
//   - It must not read anything else that changes; krt cannot see that it did. Calling
//     Lookup, List or GetKey in a transformation is such a read.
//   - It must not keep state, nor change what it is given.
//   - It is called by any goroutine, for different inputs at the same time, and any
//     number of times.
//
// # Guarantees
//
//   - One change at a source reaches a collection that can see it along several paths
//     as one change. A call of a transformation reads everything as of one moment.
//   - Changes that happen while a transformation is busy are one call afterwards,
//     not one each.
//   - A change that leaves the result of a call equal to what it was ends there.
//   - A handler is told of every change of the collection that it is registered
//     with: each one once, in the order of the commits, well-formed for each key. One
//     that was deleted and made again is told as a deletion and an addition.
//   - When a handler is called, the collection and its indexes show the change already.
//   - Once HasSynced reports true, a collection reflects everything that its sources
//     held when they were synced.
//   - A slow handler delays nobody else, and a slow transformation only what derives
//     from it. Readers never wait for either.
//   - A graph that has nothing to do owns one goroutine for each stop channel in use, and
//     no others. What is stopped leaves nothing behind in what it read.
//
// Less formally: every collection shows, at any time, a state that its sources
// really had, at worst a moment ago, and moves forward from there, never back.
//
// There is no promise on how soon a change arrives. A collection that reads one
// which always has another change in hand is brought up to date from time to time.
//
// # Mistakes
//
// A type without a key, a filter by labels on objects that have none, or a cycle of
// collections are mistakes in the program: they panic, with the remedy in the text.
// A panic of a transformation or a handler ends the process, as in any Go program;
// [WithPanicHandler] contains those of transformations. The build tag assert checks what
// else makers of collections promise (see [EnableAssertions]), and the analyzer in
// krt/krtvet finds reads that are not seen, changes of shared objects, and others.
//
// # Reading several collections
//
// Collections move one by one: a program that reads first one and then another may
// find a change in the second that the first does not show yet. In a transformation
// that cannot happen. Elsewhere, a [View] is what several collections held at one
// moment.
//
// # Looking into it
//
// [Describe] returns the graph that a collection is part of as a value: what depends
// on what, how much there is, what ran how often, for what cause and for nothing, and
// what is still waited for. [Explain] says what an object was made of. A [DebugHandler]
// knows all collections of a program. krt/krtmetrics shows the counters as metrics.
//
// # Tests
//
// [WaitIdle] waits until everything has arrived, so that a test can compare what is
// there with what must be there. A transformation is called directly with a
// [TestingDummyContext]. Package krt/krttest records events, and checks collections
// against their transformations.
package krt
