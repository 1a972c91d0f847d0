// SPDX-License-Identifier: Apache-2.0

// Package filewatcher tells when files have changed, whichever way that happened.
//
// A file may be written in place, replaced by a rename, removed and made again, or
// be a link whose target is exchanged: the kubelet changes the files of ConfigMaps and
// Secrets by exchanging a link to a folder that the files are links into. The folder
// may go and come back, and so may the folders above it. To see all that, this package
// follows a path name by name and link by link, and watches every folder on the way for
// the names that it looked up there. When one of them changes, the way is walked again.
//
// [Follow] calls a function that reads files through a [Reader], and calls it again
// when something that it read may be different:
//
//	err := filewatcher.Follow(ctx, func(r *filewatcher.Reader) error {
//		data, err := r.ReadFile("/etc/app/config.yaml")
//		…
//		return nil
//	})
//
// A [FileWatcher] has a channel of events for each file, for code that is written
// for such channels and for tests with a [FakeWatcher].
//
// # Guarantees
//
//   - After the last change of anything that was read there is another call of the
//     function, or an event of the file. Several changes may be one call or event.
//   - What does not change what was read, such as a file beside it that is written,
//     causes neither. An event means that the content has become different.
//   - A folder that cannot be watched, because it is on a network file system or because
//     the system has no watches left, is read again every ten seconds. So is what
//     cannot be read.
//   - When the system loses events, everything is read again.
//   - What was started leaves nothing behind when its context ends or it is closed.
//
// There is no promise to see every state of a file that changes quickly, nor to see
// whole states: a program that writes in place can be caught in the middle. Follow
// waits until nothing has changed for a while, which helps.
//
// # What is not seen
//
// A file system that is mounted over a folder is seen when something else happens. A
// file that is written by another of its names, as hard links have, is not.
//
// # What callers must not do
//
// A [Reader] is for the function that it was given to: what is read otherwise is not
// followed. A path should not be relative if the program changes its folder.
package filewatcher
