// SPDX-License-Identifier: Apache-2.0

package archtest

//go:generate go test . -run TestDocuments_showTheTables -update

// Layer is a row of the picture.
type Layer struct {
	// About says in a few words what the trees have in common.
	About string
	// Trees names folders with all that is below them.
	Trees []string
}

// Layers lists the package trees from the bottom up. A package may import its own
// tree and any tree of a lower layer; two trees of one layer never import each
// other. The longest matching tree wins, so that "krt/files" can stand above
// "krt". Every package of the module must be in exactly one tree. A tree may be
// named before it has packages: that says where it is to go.
var Layers = []Layer{
	{About: "standard library only", Trees: []string{"util", "util/test", "internal/yamlstream"}},
	{About: "few libraries each: zap, cobra, fsnotify, go-cmp", Trees: []string{"log", "version", "flag", "features", "util/filewatcher", "util/test/assert"}},
	{About: "log for programs and other loggers", Trees: []string{"cmd", "log/logcobra", "log/loggrpc", "log/loglogr", "log/logtrace"}},
	{About: "ideas: no API server in here", Trees: []string{"log/logklog", "krt", "config", "monitoring", "ctrlz", "security"}},
	{About: "talk to something outside", Trees: []string{"kube", "ctrlz/topics", "krt/files", "krt/krtmetrics", "version/versionmetrics", "collateral"}},
	{About: "built on the clients", Trees: []string{"inject", "multicluster", "xds", "config/kube"}},
	{About: "a controller's main() in ten lines", Trees: []string{"bootstrap"}},
	{About: "programs, and what checks the rest", Trees: []string{"examples", "internal/archtest", "krt/krtvet"}},
}
