// SPDX-License-Identifier: Apache-2.0

package monitortest_test

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/krtkit/krtkit/monitoring/monitortest"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ func(test.Failer) prometheus.Gatherer                                                           = monitortest.TestRegistry
	_ func(test.Failer) *monitortest.MetricsTest                                                      = monitortest.New
	_ func(*monitortest.MetricsTest, string, map[string]string, monitortest.Compare, ...retry.Option) = (*monitortest.MetricsTest).Assert
	_ func(*monitortest.MetricsTest) []monitortest.Metric                                             = (*monitortest.MetricsTest).Metrics
	_ func(*monitortest.MetricsTest)                                                                  = (*monitortest.MetricsTest).Dump
	_ func(any) error                                                                                 = monitortest.DoesNotExist
	_ func(float64) func(any) error                                                                   = monitortest.Exactly
	_ func(float64, float64) func(any) error                                                          = monitortest.AlmostEquals
	_ func(float64) func(any) error                                                                   = monitortest.LessThan
	_ func(float64) func(any) error                                                                   = monitortest.AtLeast
	_ func(uint64, float64) func(any) error                                                           = monitortest.Distribution
	_ func(int) func(any) error                                                                       = monitortest.Buckets

	_ = monitortest.Metric{Name: "", Labels: map[string]string{}, Value: ""}
)
