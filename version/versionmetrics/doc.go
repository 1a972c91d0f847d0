// SPDX-License-Identifier: Apache-2.0

// Package versionmetrics shows the version of a program as a metric.
//
// It is apart from package version so that who imports that for its data does not import
// metrics.
//
//	versionmetrics.RecordComponentBuildTag(version.Info, "webhook")
//
// # Guarantees
//
// Importing the package makes no metric. The function is safe for concurrent use.
//
// # What a caller must not do
//
// Components must not be names made from data: each is a series that stays.
package versionmetrics
