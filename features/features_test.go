// SPDX-License-Identifier: Apache-2.0

package features_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/features"
	"github.com/krtkit/krtkit/util/env"
)

func TestFeatures_areReadWhenAskedFor(t *testing.T) {
	if features.CompliancePolicy.Get() != "" || features.MetricsLocalhostAccessOnly.Get() {
		t.Errorf("defaults %q, %v", features.CompliancePolicy.Get(), features.MetricsLocalhostAccessOnly.Get())
	}
	t.Setenv("COMPLIANCE_POLICY", "made up")
	t.Setenv("METRICS_LOCALHOST_ACCESS_ONLY", "true")
	if got := features.CompliancePolicy.Get(); got != "made up" {
		t.Errorf("CompliancePolicy is %q: what is unknown must not look like none", got)
	}
	if !features.MetricsLocalhostAccessOnly.Get() {
		t.Error("MetricsLocalhostAccessOnly is false")
	}
}

func TestFeatures_areDocumented(t *testing.T) {
	var got []string
	for _, v := range env.VarDescriptions() {
		got = append(got, v.Name)
	}
	if diff := cmp.Diff([]string{"COMPLIANCE_POLICY", "METRICS_LOCALHOST_ACCESS_ONLY"}, got); diff != "" {
		t.Errorf("registered variables (-want +got):\n%s", diff)
	}
}

// What follows compiles if code that was written for Istio's package of this name does, but
// that values are read with Get.
var (
	_ = [...]string{features.FIPS_140_2, features.FIPS_140_3, features.PQC}

	_ func() string = features.CompliancePolicy.Get
	_ func() bool   = features.MetricsLocalhostAccessOnly.Get
)

func Example() {
	_ = os.Setenv("COMPLIANCE_POLICY", "pqc")
	switch policy := features.CompliancePolicy.Get(); policy {
	case "", features.FIPS_140_2, features.FIPS_140_3, features.PQC:
		fmt.Println("policy:", policy)
	default:
		fmt.Println("unknown policy", policy)
	}
	// Output: policy: pqc
}
