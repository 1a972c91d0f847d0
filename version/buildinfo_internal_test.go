// SPDX-License-Identifier: Apache-2.0

package version

import (
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilled_takesWhatTheGoCommandRecorded(t *testing.T) {
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.modified", Value: modified}}
	}
	none := BuildInfo{unknown, unknown, "go", unknown, unknown}
	for _, tt := range []struct {
		name     string
		linked   BuildInfo
		version  string
		settings []debug.BuildSetting
		want     BuildInfo
	}{
		{"nothing", none, "(devel)", nil, none},
		{"no version", none, "", nil, none},
		{"a commit", none, "v0.0.0-20260102030405-0123456789ab", vcs("false"), BuildInfo{"v0.0.0-20260102030405-0123456789ab", "0123abc", "go", "Clean", unknown}},
		{"a commit after a tag, changed", none, "v1.2.4-0.20260102030405-0123456789ab+dirty", vcs("true"), BuildInfo{"v1.2.4-0.20260102030405-0123456789ab+dirty", "0123abc", "go", "Modified", unknown}},
		{"a tag", none, "v1.2.3", vcs("false"), BuildInfo{"v1.2.3", "0123abc", "go", "Clean", "v1.2.3"}},
		{"a changed tag", none, "v1.2.3+dirty", vcs("true"), BuildInfo{"v1.2.3+dirty", "0123abc", "go", "Modified", "v1.2.3"}},
		{"a release candidate", none, "v1.2.3-rc.1", vcs("false"), BuildInfo{"v1.2.3-rc.1", "0123abc", "go", "Clean", "v1.2.3-rc.1"}},
		{"a long name", none, "v1.2.3-20260102030405-candidate-of-x", nil, BuildInfo{"v1.2.3-20260102030405-candidate-of-x", unknown, "go", unknown, "v1.2.3-20260102030405-candidate-of-x"}},
		{"what the linker knows stays", BuildInfo{"1", "2", "3", "4", "5"}, "v1.2.3", vcs("true"), BuildInfo{"1", "2", "3", "4", "5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := filled(tt.linked, &debug.BuildInfo{Main: debug.Module{Version: tt.version}, Settings: tt.settings})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
