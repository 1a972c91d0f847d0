// SPDX-License-Identifier: Apache-2.0

package versionmetrics_test

import (
	"fmt"
	"testing"

	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/monitoring/monitortest"
	"github.com/krtkit/krtkit/version"
	"github.com/krtkit/krtkit/version/versionmetrics"
)

func TestRecordComponentBuildTag_showsComponents(t *testing.T) {
	registry := monitoring.NewRegistry()
	m := monitortest.NewWith(t, registry)
	for _, component := range []string{"a", "b", "a"} {
		versionmetrics.RecordComponentBuildTag(version.BuildInfo{GitTag: "1.4.0"}, component, monitoring.WithRegistry(registry))
	}
	for _, component := range []string{"a", "b"} {
		m.Assert("istio_build", map[string]string{"tag": "1.4.0", "component": component}, monitortest.Exactly(1))
	}
	if n := len(m.Metrics()); n != 2 {
		t.Errorf("%d series, want 2", n)
	}
}

func ExampleRecordComponentBuildTag() {
	registry := monitoring.NewRegistry() // a program leaves out the option
	versionmetrics.RecordComponentBuildTag(version.BuildInfo{GitTag: "1.4.0"}, "webhook", monitoring.WithRegistry(registry))
	for _, m := range registry.Snapshot() {
		fmt.Println(m.Name, m.Series[0].Labels, m.Series[0].Value)
	}
	// Output: istio_build [component=webhook tag=1.4.0] 1
}
