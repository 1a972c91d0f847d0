// SPDX-License-Identifier: Apache-2.0

package version

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// newInfo returns what the linker was told, and what the go command recorded where that
// says nothing.
func newInfo() BuildInfo {
	b := BuildInfo{
		Version: buildVersion, GitRevision: buildGitRevision, GolangVersion: runtime.Version(),
		BuildStatus: buildStatus, GitTag: buildTag,
	}
	if recorded, ok := debug.ReadBuildInfo(); ok {
		return filled(b, recorded)
	}
	return b
}

// filled returns b with what the go command recorded of the main module in place of what is
// unknown.
func filled(b BuildInfo, recorded *debug.BuildInfo) BuildInfo {
	set := func(field *string, value string) {
		if *field == unknown && value != "" {
			*field = value
		}
	}
	for _, s := range recorded.Settings {
		switch s.Key {
		case "vcs.revision":
			set(&b.GitRevision, s.Value)
		case "vcs.modified":
			set(&b.BuildStatus, map[string]string{"true": "Modified", "false": "Clean"}[s.Value])
		}
	}
	if v := recorded.Main.Version; v != "(devel)" {
		set(&b.Version, v)
		if tag, _, _ := strings.Cut(v, "+"); !pseudo(tag) {
			set(&b.GitTag, tag)
		}
	}
	return b
}

// pseudo reports whether the go command made a version up from a commit: such ones end
// with 14 digits of a time, "-" and 12 of a commit.
func pseudo(v string) bool {
	const timeAndCommit = 14 + 1 + 12
	if len(v) < timeAndCommit {
		return false
	}
	end := v[len(v)-timeAndCommit:]
	return end[14] == '-' && strings.Trim(end[:14], "0123456789") == "" && strings.Trim(end[15:], "0123456789abcdef") == ""
}
