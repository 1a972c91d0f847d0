// SPDX-License-Identifier: Apache-2.0

// Package krtmetrics shows what krt's collections do as metrics.
//
// krt counts by itself, at next to no cost (see [krt.Counters]). This package reads
// the counters when metrics are collected, so nothing is spent between two scrapes.
// Which collections are shown is said by a [krt.DebugHandler]: those that were made
// with it, and all in a graph with them.
//
//	debug := new(krt.DebugHandler)
//	opts := krt.NewOptionsBuilder(stop, "routing", debug)
//	… make collections with opts …
//	unregister, err := krtmetrics.Register(registry, debug)
//
// A [Registry] is anything that can be asked to observe values at each scrape; it takes
// a few lines on OpenTelemetry's or Prometheus' client.
//
// # Guarantees
//
//   - Series are told apart by the collections' names and kinds. Collections that have
//     both in common are one series: sums, and the largest backlog.
//   - Cumulative metrics do not go down when one of several collections with a name is
//     stopped, but for what it did since the last scrape. When the last one is stopped
//     the series ends.
//   - Collecting waits for no transformation and no handler.
//
// # What a caller must not do
//
// Names with something in them that is different each time, such as a number or a UID,
// make a new series each time. Name collections after what they are for.
package krtmetrics
