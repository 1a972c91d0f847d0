// SPDX-License-Identifier: Apache-2.0

// Package logtest lets tests look at what is logged with package log.
//
//	func TestAdmit_saysWhy(t *testing.T) {
//		logged := logtest.Record(t)
//		admit(badPod)
//		line := logged.Wait(log.Filter{Scopes: []string{"webhook"}, Text: "refused"})
//		if line.Level != log.WarnLevel { … }
//	}
//
// # Guarantees
//
//   - While a test records, lines go to the output of the test: go test shows them if the
//     test fails, or with -v.
//   - When the test is over, lines go where the package sends them without a configuration,
//     and the loggers of log, log/slog and zap are those of before.
//
// # What a caller must not do
//
// There is one log in a process: tests that record must not run at the same time, and see
// the lines of others that do. They must not call log.Configure or log.Close.
package logtest
