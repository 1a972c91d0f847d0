// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"
	"strings"

	"github.com/krtkit/krtkit/monitoring"
)

// ExportedMetrics returns the metrics of the default registry, by name. Names are those that
// a scrape shows; metrics that share one there are listed once. The caller owns the list.
func ExportedMetrics() []monitoring.MetricDefinition {
	all := monitoring.ExportMetricDefinitions()
	for i := range all {
		all[i].Name = monitoring.ExportedName(all[i].Name)
	}
	byName := func(a, b monitoring.MetricDefinition) int { return strings.Compare(a.Name, b.Name) }
	slices.SortStableFunc(all, byName)
	return slices.CompactFunc(all, func(a, b monitoring.MetricDefinition) bool { return a.Name == b.Name })
}
