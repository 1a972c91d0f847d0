// SPDX-License-Identifier: Apache-2.0

// Package krtkit has the scenarios on krt: this module's, and, word for word, Istio's.
//
// Every file but doc.go and engine.go is the source of the file with the same name in
// engines/istio, which go generate makes by putting one import path in the place of
// another. So both engines run the same code, with nothing in between that could
// cost one of them more than the other. What differs, which is how to wait until nothing is left
// to do, is engine.go.
//
//	for _, suite := range []scenario.Suite{krtkit.Suite(), istio.Suite()} {
//		c := suite.Sync(objects)
//		took := c.Do(1)
//		c.Close()
//	}
//
// Nobody may use here what only one of the two has.
package krtkit
