// SPDX-License-Identifier: Apache-2.0

// Package loglogr makes loggers of github.com/go-logr/logr that write to a scope of
// package log.
//
// controller-runtime, klog and OpenTelemetry take such loggers:
//
//	ctrl.SetLogger(loglogr.NewLogrAdapter(log.RegisterScope("controller", "controller-runtime")))
//
// # Guarantees
//
//   - Verbosity 0 to 3 is written at info, 4 and above at debug, and errors at error; the
//     scope decides, whenever a line is logged, whether it is written and with what.
//   - Keys and values become labels; the names of loggers the label "logger".
//   - Lines say the place that the logger's user logged from, also where helpers stand
//     between (logr's WithCallDepth).
//
// # What a caller must not do
//
// The label "logger" should not be given as a key too: the one that comes later replaces
// the other.
package loglogr
