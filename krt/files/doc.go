// SPDX-License-Identifier: Apache-2.0

// Package files makes krt collections of files, and keeps them current.
//
// A [FolderWatch] reads the manifests of a folder with a function of the program's, or
// with [ParseYAML]. Any number of collections can be made of what it finds. When a file
// changes, it is parsed again, and the collections change by what became different:
//
//	folder, err := files.NewFolderWatch("/etc/app/policies", files.ParseYAML[Policy], stop)
//	policies := files.NewFileCollection(folder, func(p Policy) *Policy { return &p }, krt.WithStop(stop))
//
// A [FileSingleton] is one object that a file says. It takes a FileWatcher, which
// several can share.
//
// # What is wrong with a file
//
// A file that cannot be read or parsed keeps the objects of its last good state, while
// other files go on. So does one that has become empty: a program that writes a file
// begins with that, and a file that is to hold nothing can be removed or say so. Each
// mistake is an [Error], which names the file, and the document and the line if they
// are known. Errors are logged once with the attribute scope=krt, and are there to be asked
// for: [FolderWatch.Errors] is a krt collection of them, [FolderWatch.Err] and
// [FileSingleton.Err] are plain errors. The next change of the file is the next try.
//
// Only at the start an error is returned instead, because there is no good state yet.
//
// # Guarantees
//
//   - Files are seen however they change: written, replaced, removed, or as links that are
//     exchanged, like those of ConfigMaps and Secrets in a pod. Folders may come and go. See
//     package [github.com/krtkit/krtkit/util/filewatcher], which also says what happens where
//     a system cannot tell about changes.
//   - All changes that were found at one time are one commit of each collection.
//   - Equal objects are no change, whatever happened to the file.
//   - Everything ends with its stop channel.
//
// # What callers must not do
//
// The functions that parse and transform must not keep state, nor change what they
// were given before. A collection must not be changed by others than its folder.
package files
