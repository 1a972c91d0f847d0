// SPDX-License-Identifier: Apache-2.0

// Package features has the settings that many parts of a program share, as environment
// variables.
//
//	if features.CompliancePolicy.Get() == features.FIPS_140_2 { … }
//
// # Guarantees
//
// Importing the package reads nothing: the environment is read by Get. The variables are
// registered in package env, so that documents and ctrlz list them.
//
// # What a caller must not do
//
// Libraries must not call Get; their callers read a setting and pass it as an option.
// What [CompliancePolicy] returns may be anything: who enforces a policy must refuse those
// that it does not know, instead of taking them for none.
package features
