// SPDX-License-Identifier: Apache-2.0

//go:build assert

package krt

// EnableAssertions says whether collections check, at a cost, what their makers
// promise: that no two inputs become objects with one key, that a mapping keeps the
// key, that the members of an unchecked join have no key in common. A broken promise
// is then a panic. The build tag assert turns it on.
const EnableAssertions = true
