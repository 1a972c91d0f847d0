// SPDX-License-Identifier: Apache-2.0

package scenario

import "time"

// Case is a scenario that a contender has set up.
type Case struct {
	// Do performs the operation n times, waits until all that follows from it has
	// happened, and returns how long one of them took, without what the scenario does
	// not count.
	Do func(n int) time.Duration
	// Content returns what the last collection of the scenario holds, in any order. It is
	// nil where there is none to compare.
	Content func() []Object
	// Runs returns how often transformations have been called since the case was set up,
	// Events how many events the handler has been told. They are nil where nobody counts.
	Runs, Events func() int64
	// Counters reads what the contender counts about what it does. It is nil where there
	// is nothing to read.
	Counters func()
	// Numbers returns what the last Do has measured besides its time, by name. It is nil
	// where there is nothing.
	Numbers func() map[string]float64
	// Close ends what was set up.
	Close func()
}

// Filter is how a transformation narrows down what it fetches.
type Filter int

// The filters of [Suite].Keep.
const (
	NoFetch Filter = iota // it fetches nothing
	ByKey
	ByIndex
)

// Suite is what one contender can express. What it cannot is nil.
type Suite struct {
	Pipeline
	Dependencies
	Graphs
	Reads
	Memory
	Server
	Kube

	// Name is what the tables call the contender.
	Name string
}

// Pipeline are the scenarios with one object derived from each object, and an index
// of the results by namespace.
type Pipeline struct {
	// Sync makes all that from nothing, until it is complete.
	Sync func(objects []Object) Case
	// Update changes one object, until a handler of the derived ones is told.
	Update func(objects []Object) Case
	// Burst changes so many objects, each on its own, until all is quiet.
	Burst func(objects []Object, updates int) Case
	// Work makes so many objects from others, in the beginning, at so much computing
	// for each. See [Compute].
	Work func(objects []Object, units int) Case
}

// Dependencies are the scenarios in which transformations fetch from a collection of
// pods that changes.
type Dependencies struct {
	// LabelMiss has so many inputs, each of which asks for another label that no pod has.
	// It changes a pod, until all is quiet.
	LabelMiss func(inputs int) Case
	// KeyMiss has so many inputs, each of which asks for another key that no pod has. It
	// changes pods many times, until all is quiet.
	KeyMiss func(inputs int) Case
	// Reader has so many inputs that ask for a key each, and one that reads all pods. It
	// changes a pod, until the handler is told.
	Reader func(keyed int) Case
	// Select has services that select pods by a label. It changes a pod, until the handler
	// is told.
	Select func(services, pods int) Case
	// Policies has policies each of which concerns every pod, by an index and a label. It
	// changes so many pods, each on its own, until all is quiet.
	Policies func(policies, pods, updates int) Case
	// Slow has one input, which fetches one object and takes its time. It changes that
	// object; Do of many ends when all is quiet.
	Slow func(run time.Duration) Case
	// Bucket has an index with one key that all pods have, as a collection, and what counts
	// them. It changes a pod, until they have been counted again.
	Bucket func(pods int) Case
	// BucketBurst changes so many pods of that, each on its own, until all is quiet.
	BucketBurst func(pods, updates int) Case
}

// Graphs are the scenarios about the shape of a graph.
type Graphs struct {
	// Diamonds has so many diamonds on top of each other. It changes the one object at
	// the bottom, until all is quiet.
	Diamonds func(depth int) Case
	// Chain derives so many collections one from the other. It changes an object of the
	// first, until a handler of the last is told.
	Chain func(length int) Case
	// Fan derives so many collections from one. It changes its object, until a handler of
	// each is told.
	Fan func(collections int) Case
	// Handlers has so many handlers of one collection. It changes an object, until the call
	// returns.
	Handlers func(n int) Case
}

// Reads are the scenarios of those who ask.
type Reads struct {
	// JoinList lists a join of so many collections of so many objects.
	JoinList func(members, objects int) Case
	// JoinGet gets an object that the last of the joined collections has.
	JoinGet func(members, objects int) Case
	// DuringCommit replaces all objects while somebody reads derived ones by key. What it
	// returns as time is the 99th percentile of a read.
	DuringCommit func(objects []Object) Case
}

// Memory are the scenarios whose operation is to make something and keep it. It is
// performed once.
type Memory struct {
	// Idle makes collections each of which fetches from so many others.
	Idle func(collections, dependencies int) Case
	// Keep derives one object from each of the given ones, and fetches one object for
	// each.
	Keep func(objects []Object, by Filter) Case
}

// Server are the scenarios that begin at an API server with so many pods, which is part
// of the process.
type Server struct {
	// List makes an object of each pod, from nothing, until all are there.
	List func(pods int) Case
	// Watch changes a pod at the server, until who is told of the object made of it is.
	Watch func(pods int) Case
}
