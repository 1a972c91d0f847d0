// SPDX-License-Identifier: Apache-2.0

package metrics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/collateral/metrics"
	"github.com/krtkit/krtkit/monitoring"
)

func TestExportedMetrics_haveTheNamesOfAScrape(t *testing.T) {
	monitoring.NewSum("shop/b-c.total", "slashes, hyphens and dots")
	monitoring.NewSum("shop_b_c_total", "slashes, hyphens and dots")
	monitoring.NewGauge("shop.a", "a gauge", monitoring.WithEnabled(func() bool { return false }))
	monitoring.NewDistribution("shop_d", "a distribution", []float64{1})
	got := slices.DeleteFunc(metrics.ExportedMetrics(), func(m monitoring.MetricDefinition) bool { return !strings.HasPrefix(m.Name, "shop") })
	if diff := cmp.Diff([]monitoring.MetricDefinition{
		{Name: "shop_a", Type: "LastValue", Description: "a gauge"},
		{Name: "shop_b_c_total", Type: "Sum", Description: "slashes, hyphens and dots"},
		{Name: "shop_d", Type: "Distribution", Description: "a distribution", Bounds: []float64{1}},
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ExampleExportedMetrics() {
	monitoring.NewSum("orders/placed-total", "Orders that were placed.")
	for _, m := range metrics.ExportedMetrics() {
		if strings.HasPrefix(m.Name, "orders") {
			fmt.Println(m.Name, m.Type, m.Description)
		}
	}
	// Output: orders_placed_total Sum Orders that were placed.
}
