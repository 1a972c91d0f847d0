// SPDX-License-Identifier: Apache-2.0

// Package test has what helpers for tests are written with: what they need of a test,
// and what has to end with it.
//
// A helper takes a [Failer] instead of a *testing.T. It then serves tests, benchmarks
// and fuzz targets alike, needs no import of package testing, and can be tested itself:
// [Wrap] runs it and returns the failure as an error.
//
//	func mustParse(t test.Failer, s string) *Policy {
//		t.Helper()
//		p, err := Parse(s)
//		if err != nil {
//			t.Fatalf("policy %q: %v", s, err)
//		}
//		return p
//	}
//
//	func TestServer(t *testing.T) {
//		test.SetForTest(t, &defaultPort, 0) // as before when the test is over
//		server.Run(test.NewStop(t), mustParse(t, "allow all"))
//	}
//
// Of the packages below this one, assert compares and waits, retry asks again until
// something is so, and leak finds what a test leaves behind.
//
// # Guarantees
//
//   - What is set for a test is as before when the test is over, also when it fails.
//     What was set last is restored first.
//   - The package needs nothing but the standard library, and is never linked into a
//     program by the rest of this module.
//
// # What callers must not do
//
// Variables and the environment belong to the whole process: what is set for a test
// must not be used by tests that run in parallel to it.
package test
