// SPDX-License-Identifier: Apache-2.0

package versionmetrics

import (
	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/version"
)

// RecordComponentBuildTag sets the gauge istio_build to 1 for the component and the tag that
// b was built from. Options are those of the gauge, such as its registry. Each call is for
// one component; what earlier calls said stays.
func RecordComponentBuildTag(b version.BuildInfo, component string, opts ...monitoring.Options) {
	monitoring.NewGauge("istio_build", "Version of a component, as a label.", opts...).With(
		monitoring.CreateLabel("tag").Value(b.GitTag),
		monitoring.CreateLabel("component").Value(component),
	).Record(1)
}
