// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"github.com/spf13/cobra"

	"github.com/krtkit/krtkit/version"
)

// What follows compiles if code that was written for Istio's package of this name does.
// RecordComponentBuildTag is a function of package versionmetrics.
var (
	_ = version.BuildInfo{"version", "revision", "golang", "status", "tag"}
	_ = version.ServerInfo{"component", "revision", version.BuildInfo{}}
	_ = version.MeshInfo([]version.ServerInfo{})
	_ = version.ProxyInfo{ID: "", IstioVersion: "", Type: version.NodeType("")}
	_ = version.DockerBuildInfo{"hub", "tag", "os", "arch"}
	_ = version.Version{ClientVersion: &version.Info, MeshVersion: &version.MeshInfo{}, DataPlaneVersion: &[]version.ProxyInfo{}}
	_ = version.CobraOptions{GetRemoteVersion: func() (*version.MeshInfo, error) { return nil, nil }, GetProxyVersions: func() (*[]version.ProxyInfo, error) { return nil, nil }}

	_ version.BuildInfo       = version.Info
	_ version.DockerBuildInfo = version.DockerInfo

	_ func(string) version.NodeType             = version.ToUserFacingNodeType
	_ func(version.BuildInfo) string            = version.BuildInfo.String
	_ func(version.BuildInfo) string            = version.BuildInfo.LongForm
	_ func() *cobra.Command                     = version.CobraCommand
	_ func(version.CobraOptions) *cobra.Command = version.CobraCommandWithOptions
)
