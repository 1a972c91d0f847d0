// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// RegisterPrometheusExporter registers the metrics of [DefaultRegistry] with reg and
// returns a handler that serves what gatherer gathers. See
// [Registry.RegisterPrometheusExporter].
func RegisterPrometheusExporter(reg prometheus.Registerer, gatherer prometheus.Gatherer) (http.Handler, error) {
	return defaultRegistry.RegisterPrometheusExporter(reg, gatherer)
}

// RegisterPrometheusExporter registers all metrics of r with reg, those that are made
// later too, and returns a handler that serves what gatherer gathers. Where reg or
// gatherer is nil Prometheus' default is meant, which has metrics of the process. To
// register with one registerer again changes nothing; each of several has all metrics.
//
// The handler serves Prometheus' text format or OpenMetrics, as the client asks, and
// compresses. A sum whose name does not end in _total is of unknown type in OpenMetrics,
// which would change its name otherwise. When something cannot be gathered the handler
// serves the rest, counts it in monitoring_problems_total and logs what is the matter,
// once. Only if there is nothing at all to serve because of it the status is 500.
func (r *Registry) RegisterPrometheusExporter(reg prometheus.Registerer, gatherer prometheus.Gatherer) (http.Handler, error) {
	if reg == nil {
		reg = prometheus.DefaultRegisterer
	}
	if gatherer == nil {
		gatherer = prometheus.DefaultGatherer
	}
	if err := r.export(reg); err != nil {
		return nil, fmt.Errorf("monitoring: registering the metrics with %T: %w", reg, err)
	}
	g := &tolerant{registry: r, gatherer: gatherer}
	opts := promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, ErrorLog: handlerLog{}, EnableOpenMetrics: true}
	text, open := promhttp.HandlerFor(g, opts), promhttp.HandlerFor(openMetrics{g}, opts)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if expfmt.NegotiateIncludingOpenMetrics(req.Header).FormatType() == expfmt.TypeOpenMetrics {
			open.ServeHTTP(w, req)
			return
		}
		text.ServeHTTP(w, req)
	}), nil
}

// registration is that with one registerer.
type registration struct {
	once sync.Once
	err  error // once it was tried
}

// export registers r with reg unless it is.
func (r *Registry) export(reg prometheus.Registerer) error {
	if !reflect.TypeOf(reg).Comparable() { // it cannot be known again
		return reg.Register(r)
	}
	r.mu.Lock()
	e := r.exporters[reg]
	if e == nil {
		e = new(registration)
		r.exporters[reg] = e
	}
	r.mu.Unlock()
	e.once.Do(func() { e.err = reg.Register(r) })
	if e.err != nil { // it may be tried again
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.exporters[reg] == e {
			delete(r.exporters, reg)
		}
	}
	return e.err
}

// tolerant gathers what can be gathered.
type tolerant struct {
	registry *Registry
	gatherer prometheus.Gatherer

	mu     sync.Mutex
	logged string // guarded by mu: the last error
}

// Gather returns an error only if there is nothing else.
func (g *tolerant) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.gatherer.Gather()
	if err == nil {
		return families, nil
	}
	g.registry.problem("", notGathered)
	g.mu.Lock()
	again := g.logged == err.Error()
	g.logged = err.Error()
	g.mu.Unlock()
	if !again {
		logger().Error("some metrics cannot be gathered; the others are served", "error", err)
	}
	if len(families) > 0 {
		return families, nil
	}
	return nil, err
}

// openMetrics gathers for a format that has a rule for the names of counters.
type openMetrics struct {
	prometheus.Gatherer
}

func (g openMetrics) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.Gatherer.Gather()
	families = slices.Clone(families) // the gatherer may keep them
	for i, f := range families {
		if f.GetType() == dto.MetricType_COUNTER && !strings.HasSuffix(f.GetName(), "_total") {
			families[i] = untyped(f)
		}
	}
	return families, err
}

// untyped returns a counter as something of unknown type.
func untyped(f *dto.MetricFamily) *dto.MetricFamily {
	out := &dto.MetricFamily{
		Name: f.Name, Help: f.Help, Unit: f.Unit,
		Type: dto.MetricType_UNTYPED.Enum(), Metric: make([]*dto.Metric, len(f.Metric)),
	}
	for i, m := range f.Metric {
		out.Metric[i] = &dto.Metric{Label: m.Label, TimestampMs: m.TimestampMs, Untyped: &dto.Untyped{Value: new(m.GetCounter().GetValue())}}
	}
	return out
}

// handlerLog is where the handler writes what goes wrong.
type handlerLog struct{}

// Println is a part of promhttp.Logger.
func (handlerLog) Println(v ...any) {
	logger().Error(strings.TrimSuffix(fmt.Sprintln(v...), "\n"))
}
