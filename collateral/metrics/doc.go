// SPDX-License-Identifier: Apache-2.0

// Package metrics lists the metrics of a program for documents.
//
//	for _, m := range metrics.ExportedMetrics() {
//		fmt.Println(m.Name, m.Type, m.Description)
//	}
//
// # Guarantees
//
// Nothing is recorded or changed. Metrics that are disabled are listed, too.
//
// # What a caller must not do
//
// The list is of the metrics that were made so far, so the packages that make them must be
// imported, and those that are made at run time must have been.
package metrics
