// SPDX-License-Identifier: Apache-2.0

// Package log writes what happens in a program, sorted into named scopes whose
// levels can be changed while it runs.
//
// A [Scope] is a part of the program: "krt", "webhook", "leader". Each has its own
// level, says on request where a line was logged from, and can attach a stack
// trace from a level on. Scopes are registered where they are used, and everything
// that knows a scope's name can turn it up or down, for five minutes if it likes, or
// limit its rate. Lines are plain text or JSON. They go to outputs and through cores of
// go.uber.org/zap, and to viewers ([Ring], [Observe]).
//
//	var scope = log.RegisterScope("webhook", "admission webhook")
//
//	func main() {
//		opts := log.DefaultOptions()
//		opts.SetDefaultOutputLevel(log.OverrideScopeName, log.WarnLevel)
//		if err := log.Configure(opts); err != nil { … }
//		defer log.Close()
//		scope.WithLabels("port", 9443).Infof("serving %s", name)
//		scope.Debugw("admitted", "pod", pod, "object", log.Lazy(func() any { return dump(pod) }))
//	}
//
// Lines can have the labels of a context ([With], [Scope.InfoContext]). [Scope.LogAttrs]
// takes typed labels, which cost nothing when the line is not written.
//
// Libraries that log with log/slog need not know this package: [NewSlogHandler]
// sends the lines of a logger that has the attribute "scope" to the scope of that
// name, and [Configure] makes such a handler the default of log/slog. The other way round,
// [Options.WithSlogHandler] sends the lines of scopes to a handler. Packages below this one
// do as NewSlogHandler does for the loggers of logr (loglogr), klog (logklog) and gRPC (loggrpc),
// define flags for cobra (logcobra), add the ids of traces (logtrace) and help tests
// (logtest).
//
// # Guarantees
//
//   - Importing the package changes nothing outside of it. Until [Configure] is
//     called, lines go to the standard output as plain text, at info.
//   - Only Configure takes over the loggers of the standard library (log and
//     log/slog) and zap's global ones.
//   - A change of a scope's level, stack-trace level or callers holds from the next
//     line on, also for scopes and loggers derived from it.
//   - Each line is written by one call of Write, and lines do not mix. Lines wait only if
//     [Options.WithBuffer] says so.
//   - Configure either does all that its options say or returns an error and
//     changes nothing. Files that are no longer written to are closed.
//   - Lines that a rate limit holds back are counted, and the count is written.
//   - All functions and methods are safe for concurrent use. Label values are
//     rendered when a line is written, on the goroutine that logs and without a lock
//     of this package.
//   - Goroutines run only while a buffer is configured, until [Close].
//
// # What a caller must not do
//
// Names of scopes must not be made from data: a scope stays for the life of the
// program. Values that were passed as labels must not be changed while lines with
// them are logged. Messages are not escaped in plain text: who logs what strangers
// sent, and reads it by line, should choose JSON or [Options.WithEscapedText].
//
// # Debugging and tests
//
// A line is missing: look at the scope's level, [Scope.GetOutputLevel]; "default"
// is the level of the default scope only, [OverrideScopeName] of all. Then at its limit,
// [Scope.GetRateLimit], and at what the error output says. Tests use package logtest.
package log
