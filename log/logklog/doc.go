// SPDX-License-Identifier: Apache-2.0

// Package logklog sends what Kubernetes' libraries log with k8s.io/klog/v2 to a scope of
// package log.
//
//	func main() {
//		if err := log.Configure(log.DefaultOptions()); err != nil { … }
//		logklog.Capture()
//		…
//	}
//
// # Guarantees
//
//   - Importing the package changes nothing but that there is the scope "klog".
//   - From [Capture] on, klog's lines are written by [KlogScope], with keys and values as
//     labels; errors at error, the rest at info, and at debug from klog's verbosity 4 on.
//     klog has no way to tell others of warnings, so they arrive at info.
//   - klog's own verbosity decides first: lines above it never arrive.
//
// # What a caller must not do
//
// klog keeps one logger for the process: Capture belongs into main, before clients of
// Kubernetes are made.
package logklog
