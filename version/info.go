// SPDX-License-Identifier: Apache-2.0

package version

import "fmt"

// unknown stands for what nobody recorded.
const unknown = "unknown"

// What the linker is told with -X.
//
//nolint:gochecknoglobals // the linker sets them
var (
	buildVersion     = unknown
	buildGitRevision = unknown
	buildStatus      = unknown
	buildTag         = unknown
	buildHub         = unknown
	buildOS          = unknown
	buildArch        = unknown
)

// What is running.
//
//nolint:gochecknoglobals // there is one program in a process
var (
	// Info is the version of this program.
	Info = newInfo()
	// DockerInfo is the image that this program was built for.
	DockerInfo = DockerBuildInfo{Hub: buildHub, Tag: buildVersion, OS: buildOS, Arch: buildArch}
)

// BuildInfo is the version of a program. What is not known is "unknown".
type BuildInfo struct {
	// Version is the name of the version, such as "1.4.0" or "v1.4.0".
	Version string `json:"version"`
	// GitRevision is the commit.
	GitRevision string `json:"revision"`
	// GolangVersion is Go's version, such as "go1.26.1".
	GolangVersion string `json:"golang_version"`
	// BuildStatus is "Clean", or "Modified" if there were changes that are not committed.
	BuildStatus string `json:"status"`
	// GitTag is the latest tag.
	GitTag string `json:"tag"`
}

// ServerInfo is the version of a server, such as a replica of a control plane.
type ServerInfo struct {
	// Component says what the server is.
	Component string `json:"component"`
	// Revision tells control planes of one cluster apart.
	Revision string `json:"revision"`
	// Info is its version.
	Info BuildInfo `json:"info"`
}

// MeshInfo has the versions of servers.
type MeshInfo []ServerInfo

// NodeType is a kind of proxies.
type NodeType string

// ToUserFacingNodeType returns what people call a kind of proxies: a "router" is a
// "gateway".
func ToUserFacingNodeType(t string) NodeType {
	if t == "router" {
		return "gateway"
	}
	return NodeType(t)
}

// ProxyInfo is the version of a proxy.
type ProxyInfo struct {
	// ID names the proxy.
	ID string `json:"id"`
	// IstioVersion is its version.
	IstioVersion string `json:"istioVersion"`
	// Type is its kind.
	Type NodeType `json:"type"`
}

// DockerBuildInfo says where the image of a program is. What is not known is "unknown".
type DockerBuildInfo struct {
	// Hub is the repository, such as "docker.io/example".
	Hub string
	// Tag is the tag in the repository.
	Tag string
	// OS and Arch are what the image is for.
	OS   string
	Arch string
}

// Version is what the command prints as YAML or JSON. What was not asked for is nil.
type Version struct {
	// ClientVersion is the version of this program.
	ClientVersion *BuildInfo `json:"clientVersion,omitempty" yaml:"clientVersion,omitempty"`
	// MeshVersion has the versions of the servers.
	MeshVersion *MeshInfo `json:"meshVersion,omitempty" yaml:"meshVersion,omitempty"`
	// DataPlaneVersion has the versions of the proxies.
	DataPlaneVersion *[]ProxyInfo `json:"dataPlaneVersion,omitempty" yaml:"dataPlaneVersion,omitempty"`
}

// String returns the version, the revision and the status, with "-" between them.
func (b BuildInfo) String() string {
	return b.Version + "-" + b.GitRevision + "-" + b.BuildStatus
}

// LongForm returns everything, as Go would write it.
func (b BuildInfo) LongForm() string { return fmt.Sprintf("%#v", b) }
