// SPDX-License-Identifier: Apache-2.0

// Package otlp sends metrics to exporters of OpenTelemetry, such as those of OTLP.
//
// Prometheus comes and asks; a collector of OpenTelemetry wants to be told. [Run] tells
// it at an interval, with any exporter that OpenTelemetry has, and beside what Prometheus
// gets from the same [monitoring.Registry]. The exporter is made by the program, which
// so chooses protocol, address and what of the standard environment is read.
//
//	exporter, err := otlpmetricgrpc.New(ctx)
//	if err != nil { … }
//	go otlp.Run(ctx, monitoring.DefaultRegistry(), exporter)
//
// A program that has a reader of OpenTelemetry already can give it a [NewProducer]
// instead.
//
// # Guarantees
//
//   - When the context ends what was recorded before is sent, and the exporter is shut
//     down. Run returns after that, and leaves no goroutine behind.
//   - An export that fails is logged and delays nothing but the next one: values are
//     sums since a series began, so nothing of them is lost.
//   - Nothing global is set or read.
//
// # What a caller must not do
//
// Exporters that want differences instead of sums since the start are refused: to know
// them, values would have to be kept for each exporter.
package otlp
