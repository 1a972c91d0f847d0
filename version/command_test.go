// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/version"
)

// run returns what the command below a root writes to its outputs.
func run(t *testing.T, cmd *cobra.Command, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	test.SetForTest(t, &version.Info, version.BuildInfo{"1.4", "abc", "go1", "Clean", "1.4.0"})
	root := &cobra.Command{Use: "prog"}
	root.AddCommand(cmd)
	root.SetArgs(append([]string{"version"}, args...))
	var out, failures bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&failures)
	err = root.Execute()
	return out.String(), failures.String(), err
}

func servers(versions ...string) version.GetRemoteVersionFunc {
	return func() (*version.MeshInfo, error) {
		mesh := version.MeshInfo{}
		for _, v := range versions {
			mesh = append(mesh, version.ServerInfo{Component: "pilot", Revision: "r", Info: version.BuildInfo{v, "g", "go1", "Clean", "t"}})
		}
		return &mesh, nil
	}
}

func proxies(versions ...string) version.GetProxyVersionFunc {
	return func() (*[]version.ProxyInfo, error) {
		all := []version.ProxyInfo{}
		for _, v := range versions {
			all = append(all, version.ProxyInfo{ID: "p", IstioVersion: v, Type: "sidecar"})
		}
		return &all, nil
	}
}

func TestCobraCommand_prints(t *testing.T) {
	const client = `client version: version.BuildInfo{Version:"1.4", GitRevision:"abc", GolangVersion:"go1", BuildStatus:"Clean", GitTag:"1.4.0"}` + "\n"
	const server = `pilot version: version.BuildInfo{Version:"1.4", GitRevision:"g", GolangVersion:"go1", BuildStatus:"Clean", GitTag:"t"}` + "\n"
	for _, tt := range []struct {
		name    string
		options version.CobraOptions
		args    string
		want    string
	}{
		{"long", version.CobraOptions{}, "", client},
		{"short", version.CobraOptions{}, "--short", "client version: 1.4\n"},
		{"short by its letter", version.CobraOptions{}, "-s", "client version: 1.4\n"},
		{"not asked for", version.CobraOptions{GetRemoteVersion: servers("1.4")}, "", client},
		{
			"long remote",
			version.CobraOptions{GetRemoteVersion: servers("1.4"), GetProxyVersions: proxies("1.3")},
			"--remote",
			client + server + `data plane version: version.ProxyInfo{ID:"p", IstioVersion:"1.3", Type:"sidecar"}` + "\n",
		},
		{"no servers", version.CobraOptions{GetRemoteVersion: servers()}, "--remote", client},
		{"no servers, short", version.CobraOptions{GetRemoteVersion: servers()}, "--remote -s", "client version: 1.4\n"},
		{"no answer", version.CobraOptions{GetRemoteVersion: func() (*version.MeshInfo, error) { return nil, nil }}, "--remote", client},
		{
			"equal servers, short",
			version.CobraOptions{GetRemoteVersion: servers("1.4", "1.4")},
			"--remote -s",
			"client version: 1.4\ncontrol plane version: 1.4\n",
		},
		{
			"other servers, short",
			version.CobraOptions{GetRemoteVersion: servers("1.4", "1.3")},
			"--remote -s",
			"client version: 1.4\npilot version: 1.4\npilot version: 1.3\n",
		},
		{
			"proxies, short",
			version.CobraOptions{GetRemoteVersion: servers("1.4"), GetProxyVersions: proxies("1.3", "1.2", "1.3")},
			"--remote -s",
			"client version: 1.4\ncontrol plane version: 1.4\ndata plane version: 1.2 (1 proxies), 1.3 (2 proxies)\n",
		},
		{
			"no proxies, short",
			version.CobraOptions{GetRemoteVersion: servers("1.4"), GetProxyVersions: proxies()},
			"--remote -s",
			"client version: 1.4\ncontrol plane version: 1.4\ndata plane version: none\n",
		},
		{"yaml", version.CobraOptions{GetRemoteVersion: servers("1.4"), GetProxyVersions: proxies("1.3")}, "--remote -o yaml", yamlOutput},
		{"json", version.CobraOptions{}, "-o json", jsonOutput},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, err := run(t, version.CobraCommandWithOptions(tt.options), strings.Fields(tt.args)...)
			if err != nil || stderr != "" {
				t.Errorf("error %v, stderr %q", err, stderr)
			}
			if diff := cmp.Diff(tt.want, stdout); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const (
	yamlOutput = `clientVersion:
  golang_version: go1
  revision: abc
  status: Clean
  tag: 1.4.0
  version: "1.4"
dataPlaneVersion:
- id: p
  istioVersion: "1.3"
  type: sidecar
meshVersion:
- component: pilot
  info:
    golang_version: go1
    revision: g
    status: Clean
    tag: t
    version: "1.4"
  revision: r

`
	jsonOutput = `{
  "clientVersion": {
    "version": "1.4",
    "revision": "abc",
    "golang_version": "go1",
    "status": "Clean",
    "tag": "1.4.0"
  }
}
`
)

func TestCobraCommand_returnsErrorsAfterItHasPrinted(t *testing.T) {
	refused := errors.New("refused")
	options := version.CobraOptions{
		GetRemoteVersion: func() (*version.MeshInfo, error) { return nil, refused },
		GetProxyVersions: func() (*[]version.ProxyInfo, error) {
			all, _ := proxies("1.3")()
			return all, io.ErrUnexpectedEOF
		},
	}
	stdout, stderr, err := run(t, version.CobraCommandWithOptions(options), "--remote", "--short")
	if !errors.Is(err, refused) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want both", err)
	}
	if diff := cmp.Diff("client version: 1.4\ndata plane version: 1.3 (1 proxies)\n", stdout); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	want := "Error: version of the control plane: refused\nversion of the data plane: unexpected EOF\n"
	if diff := cmp.Diff(want, stderr); diff != "" {
		t.Errorf("stderr (-want +got):\n%s", diff)
	}
}

func TestCobraCommand_refusesWhatItDoesNotKnow(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--output xml", "--output must be 'yaml' or 'json'"},
		{"--remote", "unknown flag: --remote"},
		{"more", `unknown command "more" for "prog version"`},
	} {
		stdout, _, err := run(t, version.CobraCommand(), strings.Fields(tt.args)...)
		if err == nil || err.Error() != tt.want || strings.Contains(stdout, "client version") {
			t.Errorf("version %s: error %v, want %s; output:\n%s", tt.args, err, tt.want, stdout)
		}
	}
}

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestCobraCommand_returnsErrorsOfItsOutput(t *testing.T) {
	for _, args := range [][]string{{}, {"-s"}, {"-o", "json"}, {"-o", "yaml"}} {
		cmd := version.CobraCommand()
		cmd.SetOut(full{})
		cmd.SetErr(io.Discard)
		cmd.SetArgs(args)
		if err := cmd.Execute(); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%q: error %v, want that of the output", args, err)
		}
	}
}
