// SPDX-License-Identifier: Apache-2.0

package monitortest_test

import (
	"fmt"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/monitoring/monitortest"
	"github.com/krtkit/krtkit/util/test"
)

func ExampleMetricsTest_Assert() {
	registry := monitoring.NewRegistry()
	pushes := monitoring.NewSum("example_pushes_total", "Configurations that were pushed.", monitoring.WithRegistry(registry))
	pushes.Increment() // before the test

	err := test.Wrap(func(t test.Failer) { // in a test, t is its *testing.T
		metrics := monitortest.NewWith(t, registry) // New(t) for metrics that are package variables
		pushes.Increment()
		metrics.Assert("example_pushes_total", nil, monitortest.Exactly(1))
		fmt.Println(metrics.Metrics())
	})
	fmt.Println(err)
	// Output:
	// [{example_pushes_total map[] 1}]
	// <nil>
}
