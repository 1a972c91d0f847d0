// SPDX-License-Identifier: Apache-2.0

package surface

import "go/types"

// Read says how a read returns what it found.
type Read int

// The reads.
const (
	// ReadNothing is no read.
	ReadNothing Read = iota
	// ReadSlice returns a slice that is the caller's, of objects that are shared.
	ReadSlice
	// ReadOne returns a pointer to a copy, of which only what it refers to is shared.
	ReadOne
	// ReadShared returns the object itself.
	ReadShared
	// ReadMapped returns what a function that was given made of objects.
	ReadMapped
)

// Untracked is a read that is no dependency of the transformation that makes it.
type Untracked struct {
	// Instead is the method or function that is one: a method if Method is true.
	Instead string
	Method  bool
}

// UntrackedRead reports whether the method reads a collection, singleton or index as
// it is now, and what a transformation calls instead.
func UntrackedRead(fn *types.Func) (Untracked, bool) {
	if !method(fn) || !IsPackage(fn.Pkg()) {
		return Untracked{}, false
	}
	switch params := fn.Signature().Params(); fn.Name() {
	case "Lookup", "LookupFiltered":
		return Untracked{Instead: "Fetch", Method: true}, true
	case "List", "ListFiltered":
		return Untracked{Instead: "Fetch"}, true
	case "GetKey":
		return Untracked{Instead: "FetchKey"}, true
	case "Get":
		if params.Len() == 0 { // RecomputeProtected's takes the context
			return Untracked{Instead: "FetchOne"}, true
		}
	}
	return Untracked{}, false
}

// Reads returns what a function of krt hands out: objects of collections that
// others hold too.
func Reads(fn *types.Func) Read {
	if fn == nil || !IsPackage(fn.Pkg()) {
		return ReadNothing
	}
	if method(fn) {
		switch fn.Name() {
		case "Fetch", "List", "ListFiltered", "Lookup", "LookupFiltered", "Items":
			return ReadSlice
		case "GetKey":
			return ReadOne
		case "Latest":
			return ReadShared
		case "Get":
			if fn.Signature().Params().Len() == 0 {
				return ReadOne
			}
		}
		return ReadNothing
	}
	switch fn.Name() {
	case "Fetch", "FetchOrList", "FetchIndexObjects":
		return ReadSlice
	case "FetchOne", "FetchKey":
		return ReadOne
	case "PartialFetch", "PartialFetchComparable":
		return ReadMapped
	}
	return ReadNothing
}
