// SPDX-License-Identifier: Apache-2.0

// Package monitortest lets tests look at the metrics that code records.
//
// [New] notes where the sums stand when a test begins, and [MetricsTest.Assert] waits
// until a series has the value that the test wants, counted from there. So tests can
// share metrics that are package variables.
//
//	func TestPush(t *testing.T) {
//		metrics := monitortest.New(t)
//		server.Push()
//		metrics.Assert("pushes_total", map[string]string{"type": "cds"}, monitortest.Exactly(1))
//	}
//
// Names and labels are those that Prometheus sees, see [monitoring.ExportedName].
//
// # Guarantees
//
//   - Sums count from New on. Gauges and distributions are as they are: what other tests
//     recorded shows.
//   - Assert waits up to five seconds, unless an option of package retry says otherwise.
//     A failure comes with all metrics.
//   - Nothing is left behind when a test is over, and nothing global is changed.
//
// # What callers must not do
//
// Tests that record on the same metrics cannot run in parallel. Code that takes a
// [monitoring.Registry] can: give each test its own, and use [NewWith].
package monitortest
