// SPDX-License-Identifier: Apache-2.0

package features

import "github.com/krtkit/krtkit/util/env"

// Policies for cryptography, see [CompliancePolicy].
const (
	// FIPS_140_2 allows what FIPS 140-2 does.
	FIPS_140_2 = "fips-140-2" //nolint:revive // the name that callers know
	// FIPS_140_3 allows what FIPS 140-3 does.
	FIPS_140_3 = "fips-140-3" //nolint:revive // the name that callers know
	// PQC wants key exchange that withstands quantum computers.
	PQC = "pqc"
)

// The settings.
//
//nolint:gochecknoglobals // names in the environment of a program; they hold no value
var (
	// CompliancePolicy (COMPLIANCE_POLICY) names the policy that restricts how connections
	// are encrypted; "" for none, which is the default. It is returned as it was written.
	CompliancePolicy = env.Register("COMPLIANCE_POLICY", "",
		`Policy that restricts versions and ciphers of TLS: "fips-140-2", "fips-140-3" or "pqc"; empty for none.`)
	// MetricsLocalhostAccessOnly (METRICS_LOCALHOST_ACCESS_ONLY) says that metrics are served
	// to this machine only. The default is false.
	MetricsLocalhostAccessOnly = env.Register("METRICS_LOCALHOST_ACCESS_ONLY", false,
		"Whether metrics are served to clients on this machine only.")
)
