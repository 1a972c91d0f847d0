// SPDX-License-Identifier: Apache-2.0

// Package logtrace adds the ids of OpenTelemetry's traces and spans to the lines of
// package log.
//
//	opts := log.DefaultOptions().WithContextLabels(logtrace.IDs)
//	if err := log.Configure(opts); err != nil { … }
//	…
//	scope.InfoContext(ctx, "reconciled") // trace_id=… span_id=…
//
// # Guarantees
//
//   - Lines that are logged with a context which has a valid span context have the labels
//     trace_id and span_id, in hexadecimal; others are as they would be.
//   - Only ids are read: nothing is added to spans, and no provider is needed.
//
// # What a caller must not do
//
// Nothing: [IDs] is a function without state.
package logtrace
