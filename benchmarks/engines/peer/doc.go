// SPDX-License-Identifier: Apache-2.0

// Package peer has the scenarios for contenders that are not a krt.
//
// They can express one thing that krt does: to derive an object from each of others,
// keep the result up to date and tell somebody. A contender implements [Deriver]; [Suite]
// makes the scenarios of it.
//
//	suite := peer.Suite("by hand", func(objects []scenario.Object) peer.Deriver { … })
//
// # Guarantees
//
// All of them are asked for the same in the same order, and for the results to be equal
// to krt's.
//
// A Deriver must do what a careful author of a controller would do, and nothing for the
// sake of a number.
package peer
