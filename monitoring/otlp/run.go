// SPDX-License-Identifier: Apache-2.0

package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/krtkit/krtkit/monitoring"
)

const (
	// DefaultInterval is how often metrics are sent without [WithInterval].
	DefaultInterval = time.Minute
	// DefaultTimeout is how long sending may take without [WithTimeout].
	DefaultTimeout = 30 * time.Second
)

// ErrTemporality is returned for an exporter that does not want sums since the start.
var ErrTemporality = errors.New("the exporter wants differences: configure it with metric.CumulativeTemporality")

// Option changes what [Run] does. Only this package makes them.
type Option func(*config)

type config struct {
	interval, timeout time.Duration
	resource          *resource.Resource
}

// WithInterval sets how often metrics are sent. The default, and what 0 and less mean,
// is [DefaultInterval].
func WithInterval(d time.Duration) Option {
	return func(c *config) {
		if d > 0 {
			c.interval = d
		}
	}
}

// WithTimeout limits how long sending may take; at the end, how long sending and shutting
// down the exporter may take together. The default, and what 0 and less mean, is [DefaultTimeout].
func WithTimeout(d time.Duration) Option {
	return func(c *config) {
		if d > 0 {
			c.timeout = d
		}
	}
}

// WithResource says what the metrics are of: the program, its version, the pod. The
// default is to say nothing.
func WithResource(r *resource.Resource) Option {
	return func(c *config) { c.resource = r }
}

// Run sends the metrics of r to exporter at an interval until ctx ends, and then once
// more; nothing is sent while no series has a value. It shuts down the exporter and
// returns the errors of these last two. Errors before are logged. It is an error, and
// nothing is done, if the exporter does not want sums since the start.
func Run(ctx context.Context, r *monitoring.Registry, exporter metric.Exporter, opts ...Option) error {
	c := config{interval: DefaultInterval, timeout: DefaultTimeout, resource: resource.Empty()}
	for _, opt := range opts {
		opt(&c)
	}
	for _, kind := range []metric.InstrumentKind{metric.InstrumentKindCounter, metric.InstrumentKindHistogram} {
		if exporter.Temporality(kind) != metricdata.CumulativeTemporality {
			return fmt.Errorf("otlp: %T: %w", exporter, ErrTemporality)
		}
	}
	ticker := time.NewTicker(c.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return c.finish(context.WithoutCancel(ctx), r, exporter)
		case <-ticker.C:
			if err := c.export(ctx, r, exporter); err != nil && ctx.Err() == nil {
				slog.Default().With("scope", "monitoring").Error("metrics were not sent", "error", err)
			}
		}
	}
}

func (c config) export(ctx context.Context, r *monitoring.Registry, exporter metric.Exporter) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	scopes := scopeMetrics(r, time.Now())
	if scopes == nil {
		return nil
	}
	if err := exporter.Export(ctx, &metricdata.ResourceMetrics{Resource: c.resource, ScopeMetrics: scopes}); err != nil {
		return fmt.Errorf("otlp: sending metrics: %w", err)
	}
	return nil
}

// finish sends the last and shuts the exporter down.
func (c config) finish(ctx context.Context, r *monitoring.Registry, exporter metric.Exporter) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	errSending := c.export(ctx, r, exporter)
	if err := exporter.Shutdown(ctx); err != nil {
		return errors.Join(errSending, fmt.Errorf("otlp: shutting down the exporter: %w", err))
	}
	return errSending
}
