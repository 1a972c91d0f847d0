// SPDX-License-Identifier: Apache-2.0

// Package manifest reads Kubernetes manifests from files and says exactly what is
// wrong with those that it cannot use.
//
// A file is a series of documents. Each document is parsed and checked on its own,
// so that a mistake in one costs that one and no other. The objects come back as
// they would go over the wire, each with the place that declares it:
//
//	set := manifest.Load(kinds, "deploy/")
//	for _, e := range set.Errors {
//		fmt.Fprintln(os.Stderr, e) // deploy/cart.yaml:14: document 2: spec.ports[0].port: want a whole number, not the string "80"
//	}
//	for _, o := range set.Objects {
//		fmt.Println(o.Content.GetKind(), o.Content.GetName(), o.At)
//	}
//
// # Guarantees
//
//   - No input makes it panic, and no file keeps it waiting: only regular files
//     are read, and links that lead in circles are followed once.
//   - Every error in the text of a file carries the number of its document and its
//     line. Documents are counted from one; those that hold nothing, or only
//     comments, do not count.
//   - The result depends only on the files: names are visited in order, and of two
//     declarations of one object the first counts and the second is an error.
//   - A document with an error yields no object. A document with a warning does.
//   - Nothing is dropped in silence: what the server does not serve is in
//     [Set.Skipped].
//
// # What a caller must not do
//
// The objects of a [Set] belong to the caller; the kinds function must not change
// while Load runs.
package manifest
