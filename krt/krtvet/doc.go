// SPDX-License-Identifier: Apache-2.0

// Package krtvet finds mistakes in programs that use krt, before they run.
//
// krt relies on functions that are pure and on objects that nobody changes. The
// compiler cannot see whether they are; what goes wrong otherwise is a result that is
// not brought up to date, or a data race, sometimes. Each [Analyzers] entry looks for
// one such mistake. They are analyzers of golang.org/x/tools/go/analysis and run
// wherever those run: in a program of their own, under go vet, in an editor.
//
//	go install github.com/krtkit/krtkit/krt/krtvet/cmd/krtvet@latest
//	go vet -vettool=$(which krtvet) ./...
//	krtvet -fix ./...
//
// A module that wants everybody to use the same version says so in its go.mod, with
// go get -tool github.com/krtkit/krtkit/krt/krtvet/cmd/krtvet, and runs go tool krtvet.
//
// # The checks
//
// [Lookup] (krtlookup) reports reads that a transformation makes without telling krt:
// Lookup of an index, List and GetKey of a collection, Get of a singleton. The
// transformation is not run again when what it read changes. Every function that is
// given a HandlerContext counts as part of a transformation, and with it the function
// literals in it, except those that run on their own: handlers, goroutines, whatever
// is returned or stored. A function that compares the context with nil may be called
// outside of one and is left alone. The suggested fix fetches instead.
//
// [Equals] (krtequals) reports types of objects with an Equals method that krt never
// calls, so that it compares deeply: func (X) Equals(X) for a collection of *X, and
// parameters of any other type than the object's or a pointer to it.
//
// [Capture] (krtcapture) reports functions that krt keeps, such as those given to
// FilterGeneric, PartialFetch and NewIndex, and maps given to FilterLabel, if what
// they captured is changed afterwards. An assignment that is over when the function
// is made is none, nor is one to the next iteration's variable of a loop.
//
// [Mutate] (krtmutate) reports changes to objects that others read at the same time:
// the input of a transformation, what it fetched, what a collection, index, event or
// filter hands out. Copies may be changed: those that DeepCopy returns, and the fields
// of a struct that was assigned. What an object refers to is shared although the object
// itself was copied. It follows objects through variables, fields, closures and the
// functions of one package, and reports only what is shared on every path that leads
// there, new maps and nil left aside.
//
// [Stop] (krtstop) reports collections that nothing ends, where that is a leak: in
// transformations and handlers, and in functions that have a stop channel, a context or
// options at hand and do not pass them on. Tests are left alone, and package main except
// for its transformations and handlers, since a program's own collections live as long as
// it does. With -krtstop.all it reports every collection without an end outside of
// package main and tests, for libraries that want to be stoppable as a whole. Options that
// are passed through as opts... count, and so does WithStop(nil), which says that
// none is meant.
//
// # Guarantees
//
//   - A check that is not sure says nothing. None of them proves a program right.
//   - Both import paths count, this module's and Istio's.
//   - The suggested fixes compile, and do not change anything but what is reported.
//
// # Leaving something out
//
// Each check is a flag: go vet -vettool=$(which krtvet) -krtstop=false ./... leaves one
// out, and -krtstop alone runs one. A comment on the line of a report, or on the line
// above, leaves out that one:
//
//	//krtvet:ignore lives as long as the program
//
// The reason is required. A comment without one does nothing.
//
// # Why it is in this module
//
// It needs golang.org/x/tools, and krt needs nothing. A requirement of this module does not
// reach those who import krt: the module graph is pruned, so neither their go.mod nor
// their go.sum has a line more, and they download nothing. The required version is the
// one that the requirements of Kubernetes' modules select anyway, so it does not move
// anybody's. In return a program's krtvet is always of the version of its krt.
package krtvet
