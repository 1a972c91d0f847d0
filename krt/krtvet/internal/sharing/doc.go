// SPDX-License-Identifier: Apache-2.0

// Package sharing finds out which values of a package refer to objects of krt
// collections, so that a change through them is seen by others.
//
// It works on the SSA form. What krt hands out is where it starts: the results of
// reads, and the parameters of functions that are given to krt. From there it follows
// values through conversions, fields, elements, variables, closures and calls within the
// package:
//
//	for _, change := range sharing.Find(ssa) {
//		report(change.Pos, change.Kind)
//	}
//
// A value has a [level]: it may refer to a shared object; or be the caller's own and
// only contain references to shared objects, such as the slice that a Fetch returns;
// or neither. Copying a struct gives the second from the first. What any other
// function returns is neither, which is how DeepCopy ends the trail.
//
// # Guarantees
//
// A value that can come from several places is as shared as the least shared of
// them, nil and new, empty memory left aside, since those stand in for what an object
// does not have. A place in memory is as shared as the least shared thing that is stored
// there anywhere, so that the usual way to copy,
//
//	out := *pod
//	out.Labels = maps.Clone(pod.Labels)
//	out.Labels["a"] = "b"
//
// is understood without regard to order. A struct of which not every field is known is
// nobody else's. A parameter is shared if some call in the
// package passes something shared, and then results that derive from it are shared
// for those calls only. What a function of another package does is known for a table
// of them.
package sharing
