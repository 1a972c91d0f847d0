// SPDX-License-Identifier: Apache-2.0

// Package mirror keeps the objects of a kubefake server equal to manifests in files,
// while others may change other objects of the server.
//
//	m, err := mirror.New(server)
//	set, plan, err := m.Load("deploy/")
//	err = m.Apply(ctx, plan)
//	err = mirror.Watch(ctx, []string{"deploy/"}, set.Dirs, func() []string { … })
//
// A plan is the difference between two states of the files, not between the files
// and the server: an object that somebody changes on the server stays changed until
// its own document changes.
//
// # Guarantees
//
//   - Objects whose documents are gone are deleted, except where a file has an
//     error: then its earlier objects stay until the file is in order again. Saving
//     half a sentence deletes nothing.
//   - Namespaces that manifests use without declaring them are created.
//   - A namespace is not deleted while a manifest declares an object in it.
//
// # What a caller must not do
//
// A [Mirror] is not safe for concurrent use.
package mirror
