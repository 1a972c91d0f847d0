// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/version"
)

func TestInfo_isUnknownInATest(t *testing.T) {
	const unknown = "unknown"
	if diff := cmp.Diff(version.BuildInfo{unknown, unknown, runtime.Version(), unknown, unknown}, version.Info); diff != "" {
		t.Errorf("Info (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(version.DockerBuildInfo{Hub: unknown, Tag: unknown, OS: unknown, Arch: unknown}, version.DockerInfo); diff != "" {
		t.Errorf("DockerInfo (-want +got):\n%s", diff)
	}
}

func TestInfo_isWhatTheLinkerIsTold(t *testing.T) {
	const variable = "-X github.com/krtkit/krtkit/version.build"
	program := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "-ldflags",
		variable+"Version=1.4 "+variable+"GitRevision=abc "+variable+"Status=Clean "+variable+"Tag=1.4.0 "+
			variable+"Hub=example.com "+variable+"OS=linux "+variable+"Arch=arm64", "./testdata/program")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), program).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "1.4-abc-Clean {Hub:example.com Tag:1.4 OS:linux Arch:arm64}\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBuildInfo_isText(t *testing.T) {
	b := version.BuildInfo{"VER", "GITREV", "GOLANGVER", "STATUS", "TAG"}
	if got, want := b.String(), "VER-GITREV-STATUS"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	want := `version.BuildInfo{Version:"VER", GitRevision:"GITREV", GolangVersion:"GOLANGVER", BuildStatus:"STATUS", GitTag:"TAG"}`
	if got := b.LongForm(); got != want {
		t.Errorf("LongForm() = %s, want %s", got, want)
	}
}

func TestServerInfo_isReadWhateverTheCaseOfItsNames(t *testing.T) {
	want := version.Version{
		MeshVersion:      &version.MeshInfo{{Component: "c", Revision: "r", Info: version.BuildInfo{Version: "v", GolangVersion: "g"}}},
		DataPlaneVersion: &[]version.ProxyInfo{{ID: "i", IstioVersion: "v", Type: "t"}},
	}
	for _, text := range []string{
		`{"meshVersion":[{"Component":"c","Revision":"r","Info":{"version":"v","golang_version":"g"}}],"dataPlaneVersion":[{"ID":"i","IstioVersion":"v","Type":"t"}]}`,
		`{"meshVersion":[{"component":"c","revision":"r","info":{"version":"v","golang_version":"g"}}],"dataPlaneVersion":[{"id":"i","istioVersion":"v","type":"t"}]}`,
	} {
		var got version.Version
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestToUserFacingNodeType_namesGateways(t *testing.T) {
	for in, want := range map[string]version.NodeType{"router": "gateway", "sidecar": "sidecar", "": ""} {
		if got := version.ToUserFacingNodeType(in); got != want {
			t.Errorf("ToUserFacingNodeType(%q) = %q, want %q", in, got, want)
		}
	}
}
