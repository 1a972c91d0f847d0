// SPDX-License-Identifier: Apache-2.0

package monitoring_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"github.com/krtkit/krtkit/monitoring"
)

// The benchmarks compare this package with the libraries that it stands on. All that is
// compared runs in one process: times of different runs say little.

func rawOtel(b *testing.B) metric.Meter {
	b.Helper()
	provider := sdk.NewMeterProvider(sdk.WithReader(sdk.NewManualReader()))
	b.Cleanup(func() { _ = provider.Shutdown(b.Context()) })
	return provider.Meter("bench")
}

var bounds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// BenchmarkCounter_bound adds to one series.
func BenchmarkCounter_bound(b *testing.B) {
	b.Run("krtkit", func(b *testing.B) {
		m := monitoring.NewSum("bound_total", "", monitoring.WithRegistry(monitoring.NewRegistry())).With(monitoring.CreateLabel("k").Value("v"))
		b.ReportAllocs()
		for b.Loop() {
			m.Increment()
		}
	})
	b.Run("prometheus", func(b *testing.B) {
		m := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bound_total", Help: "Help."}, []string{"k"}).WithLabelValues("v")
		b.ReportAllocs()
		for b.Loop() {
			m.Inc()
		}
	})
	b.Run("otel", func(b *testing.B) {
		m, err := rawOtel(b).Float64Counter("bound_total")
		if err != nil {
			b.Fatal(err)
		}
		opt := metric.WithAttributeSet(attribute.NewSet(attribute.String("k", "v")))
		b.ReportAllocs()
		for b.Loop() {
			m.Add(b.Context(), 1, opt)
		}
	})
}

// BenchmarkGauge_bound sets one series.
func BenchmarkGauge_bound(b *testing.B) {
	b.Run("krtkit", func(b *testing.B) {
		m := monitoring.NewGauge("bound", "", monitoring.WithRegistry(monitoring.NewRegistry()))
		b.ReportAllocs()
		for b.Loop() {
			m.Record(3)
		}
	})
	b.Run("prometheus", func(b *testing.B) {
		m := prometheus.NewGauge(prometheus.GaugeOpts{Name: "bound", Help: "Help."})
		b.ReportAllocs()
		for b.Loop() {
			m.Set(3)
		}
	})
}

// BenchmarkDistribution_bound adds to a distribution with eleven bounds.
func BenchmarkDistribution_bound(b *testing.B) {
	b.Run("krtkit", func(b *testing.B) {
		m := monitoring.NewDistribution("bound", "", bounds, monitoring.WithRegistry(monitoring.NewRegistry()))
		b.ReportAllocs()
		for b.Loop() {
			m.Record(.3)
		}
	})
	b.Run("prometheus", func(b *testing.B) {
		m := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "bound", Help: "Help.", Buckets: bounds})
		b.ReportAllocs()
		for b.Loop() {
			m.Observe(.3)
		}
	})
	b.Run("otel", func(b *testing.B) {
		m, err := rawOtel(b).Float64Histogram("bound", metric.WithExplicitBucketBoundaries(bounds...))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			m.Record(b.Context(), .3)
		}
	})
}

// BenchmarkCounter_dynamic adds to the series of a label value that is given each time.
func BenchmarkCounter_dynamic(b *testing.B) {
	values := [...]string{"cds", "eds", "lds", "rds"}
	b.Run("krtkit", func(b *testing.B) {
		label := monitoring.CreateLabel("k")
		m := monitoring.NewSum("dynamic_total", "", monitoring.WithRegistry(monitoring.NewRegistry()))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			m.With(label.Value(values[i%len(values)])).Increment()
		}
	})
	b.Run("krtkit-typed", func(b *testing.B) {
		type labels struct{ K string }
		m := monitoring.NewSumVec[labels]("dynamic_total", "", monitoring.WithRegistry(monitoring.NewRegistry()))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			m.With(labels{K: values[i%len(values)]}).Increment()
		}
	})
	b.Run("prometheus", func(b *testing.B) {
		m := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dynamic_total", Help: "Help."}, []string{"k"})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			m.WithLabelValues(values[i%len(values)]).Inc()
		}
	})
	b.Run("otel", func(b *testing.B) {
		m, err := rawOtel(b).Float64Counter("dynamic_total")
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			m.Add(b.Context(), 1, metric.WithAttributes(attribute.String("k", values[i%len(values)])))
		}
	})
}

// BenchmarkCounter_parallel adds to one series from all cores.
func BenchmarkCounter_parallel(b *testing.B) {
	b.Run("krtkit", func(b *testing.B) {
		m := monitoring.NewSum("parallel_total", "", monitoring.WithRegistry(monitoring.NewRegistry()))
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				m.Increment()
			}
		})
	})
	b.Run("prometheus", func(b *testing.B) {
		m := prometheus.NewCounter(prometheus.CounterOpts{Name: "parallel_total", Help: "Help."})
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				m.Inc()
			}
		})
	})
}

// BenchmarkCounter_disabled adds to a metric that is disabled.
func BenchmarkCounter_disabled(b *testing.B) {
	off := monitoring.WithEnabled(func() bool { return false })
	b.Run("krtkit", func(b *testing.B) {
		label := monitoring.CreateLabel("k")
		m := monitoring.NewSum("off_total", "", monitoring.WithRegistry(monitoring.NewRegistry()), off)
		b.ReportAllocs()
		for b.Loop() {
			m.With(label.Value("v")).Increment()
		}
	})
	b.Run("krtkit-typed", func(b *testing.B) {
		type labels struct{ K string }
		m := monitoring.NewSumVec[labels]("off_total", "", monitoring.WithRegistry(monitoring.NewRegistry()), off)
		b.ReportAllocs()
		for b.Loop() {
			m.With(labels{K: "v"}).Increment()
		}
	})
}

// BenchmarkCounter_overflow adds to series that there is no room for.
func BenchmarkCounter_overflow(b *testing.B) {
	label := monitoring.CreateLabel("k")
	m := monitoring.NewSum("overflow_total", "", monitoring.WithRegistry(monitoring.NewRegistry()), monitoring.WithMaxSeries(1))
	m.Increment()
	m.With(label.Value("warns")).Increment()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.With(label.Value(strconv.Itoa(i))).Increment()
	}
}

// BenchmarkScrape gathers series of one label.
func BenchmarkScrape(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("krtkit/%d", n), func(b *testing.B) {
			r := monitoring.NewRegistry()
			m := monitoring.NewSum("scrape_total", "help", monitoring.WithRegistry(r), monitoring.WithMaxSeries(0))
			for i := range n {
				m.With(monitoring.CreateLabel("k").Value(fmt.Sprint(i))).Increment()
			}
			reg := prometheus.NewRegistry()
			reg.MustRegister(r)
			gather(b, reg, n)
		})
		b.Run(fmt.Sprintf("prometheus/%d", n), func(b *testing.B) {
			m := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "scrape_total", Help: "Help."}, []string{"k"})
			for i := range n {
				m.WithLabelValues(fmt.Sprint(i)).Inc()
			}
			reg := prometheus.NewRegistry()
			reg.MustRegister(m)
			gather(b, reg, n)
		})
	}
}

func gather(b *testing.B, g prometheus.Gatherer, series int) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		families, err := g.Gather()
		if err != nil || len(families) != 1 || len(families[0].GetMetric()) != series {
			b.Fatalf("gathered %d families, error %v; want 1 of %d series", len(families), err, series)
		}
	}
}
