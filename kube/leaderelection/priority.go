// SPDX-License-Identifier: Apache-2.0

package leaderelection

import "strings"

// remoteMark begins the key of a candidate that runs outside of the cluster whose
// Lease it wants.
const remoteMark = "^"

// Key returns the key of a candidate of a revision: the revision itself, or if it
// runs in another cluster than that of the Lease, the revision after a "^". An empty
// revision is "default".
func Key(revision string, remote bool) string {
	if revision == "" {
		revision = defaultRevision
	}
	if remote {
		return remoteMark + revision
	}
	return revision
}

// Outranks reports whether a candidate takes the place of a holder, by their keys as
// [Key] makes them: if the candidate is of the preferred revision and the holder is
// not; or if they are of the same revision, and the holder is remote and the candidate
// is not. A holder without a key has no revision.
//
// No chain of candidates, each of which outranks the one before, leads back to the
// first.
func Outranks(candidateKey, holderKey, preferredRevision string) bool {
	candidate, candidateIsRemote := strings.CutPrefix(candidateKey, remoteMark)
	holder, holderIsRemote := strings.CutPrefix(holderKey, remoteMark)
	if candidate != holder {
		return candidate == preferredRevision
	}
	return holderIsRemote && !candidateIsRemote
}
