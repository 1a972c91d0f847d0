// SPDX-License-Identifier: Apache-2.0

// Package version knows which version of a program is running, and has the command that
// prints it.
//
// [Info] is filled by the linker, for what the build knows:
//
//	go build -ldflags "\
//		-X github.com/krtkit/krtkit/version.buildVersion=1.4.0 \
//		-X github.com/krtkit/krtkit/version.buildGitRevision=$(git rev-parse HEAD) \
//		-X github.com/krtkit/krtkit/version.buildStatus=Clean \
//		-X github.com/krtkit/krtkit/version.buildTag=1.4.0"
//
// and from what the go command recorded (debug.ReadBuildInfo) where that says nothing, so
// that a plain go build in a repository knows its revision. [CobraCommand] is the command:
//
//	root.AddCommand(version.CobraCommand())
//
// With [CobraOptions] it asks also the servers that the program talks to. Package
// versionmetrics shows the version as a metric.
//
// # Guarantees
//
//   - What nobody recorded is "unknown", as everything is in the binary of a test but
//     Go's version.
//   - Errors of those who are asked for their versions are returned by the command, after it
//     has printed what is known.
//   - ServerInfo and ProxyInfo are read from JSON whatever the case of its names, so that
//     what older servers write is understood.
//
// # What a caller must not do
//
// Info and DockerInfo are variables for the sake of tests; a program must not change them
// while others read them.
package version
