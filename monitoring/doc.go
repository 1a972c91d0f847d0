// SPDX-License-Identifier: Apache-2.0

// Package monitoring counts and measures what a program does and shows it to
// Prometheus.
//
// A metric is declared where it is used, as a package variable, and has series: one for
// each combination of label values that was recorded on. Labels need not be declared
// with the metric; [Metric.With] adds them. There are sums, gauges, distributions, and
// gauges whose value a function knows. All of them are in a [Registry], that of the
// process or one of your own, and are shown wherever the registry is registered.
//
//	var (
//		kind   = monitoring.CreateLabel("type")
//		pushes = monitoring.NewSum("pushes_total", "Configurations that were pushed.")
//	)
//
//	func main() {
//		metrics, err := monitoring.RegisterPrometheusExporter(nil, nil)
//		if err != nil { … }
//		http.Handle("/metrics", metrics)
//		pushes.With(kind.Value("cds")).Increment()
//	}
//
// Where the labels are known, [NewSumVec] and its like take a struct for them, which is
// quicker and cannot be mistyped. [Registry.SetViews] lets a program choose buckets and
// labels of metrics that libraries made, and hide some. [Registry.Snapshot] has all
// values for those who show them in another way; package otlp sends them to
// OpenTelemetry.
//
// # Guarantees
//
//   - Importing the package changes nothing outside of it, and no global provider of
//     OpenTelemetry is set. No goroutine is started.
//   - A metric counts from when it is made, and may be made at any time: before or after
//     the exporter, in a registry that several exporters show.
//   - A metric that nothing was recorded on is not shown.
//   - No label, value or description can break a scrape. What Prometheus does not allow
//     is replaced; definitions that cannot both be shown make the second one panic.
//   - A metric has no more than [DefaultMaxSeries] series, or as many as
//     [WithMaxSeries] says. What is recorded on more goes to one for all of them, so
//     that totals stay right.
//   - What does not go as meant is counted in monitoring_problems_total by metric and
//     reason, and shown from the first time on.
//   - Everything is safe for concurrent use. Recording on a metric that was kept takes no
//     lock and allocates nothing. With allocates only what Go needs to pass its
//     arguments, once the combination of values is known.
//
// # What a caller must not do
//
// Values of labels should be few: names of types, not of requests. Series stay until
// [Delete] or [WithExpiry] removes them. Incrementing a gauge sets it to 1; it does not
// add, as those who know this interface expect; [Gauge.Add] does. Registries that are
// exported to one registerer need different names of metrics: let it add a prefix or a
// label to all but one of them.
//
// # Why not OpenTelemetry's instruments
//
// Their data model is kept: names, units, kinds, the overflow series. But recording on
// them takes ten times as long as on Prometheus' (60 ns and an allocation against 6 ns
// for a sum with its labels bound; the benchmarks measure both beside this package). So
// a series here is a few atomic words, and those who collect read them.
//
// # Debugging and tests
//
// A metric is missing: was anything recorded on it, and is its registry the one that is
// exported? [ExportMetricDefinitions] lists what there is. A sum is too small, and there
// is a series otel_metric_overflow="true": look for a label with too many values. Package
// monitortest is for tests.
package monitoring
