// SPDX-License-Identifier: Apache-2.0

// Port writes the scenarios of engines/krtkit for Istio's krt, by putting its import
// path in the place of ours.
//
//	port FROM TO
//
// doc.go, engine.go and tests are left alone, as those are written for each engine. What is
// in TO is overwritten; a file whose source has gone is not removed.
package main
