// SPDX-License-Identifier: Apache-2.0

package archtest

// Budget limits what importing any one package of a tree may pull into a program.
type Budget struct {
	// Modules names the modules that may be reached, directly or through others;
	// nil for any. An entry that nothing uses is an error too, so that a budget
	// never stays wider than its use.
	Modules []string
	// NonStd is the largest number of packages from other modules.
	NonStd int
	// All is the largest number of packages, with the standard library's and this
	// module's own, the package itself included; 0 for no limit.
	All int
}

// Budgets holds the limits by tree. A tree that is not listed has none. Test
// support packages are not counted where they stand among others, nor are those
// below Unlimited.
var Budgets = map[string]Budget{
	"util":             {Modules: []string{}},
	"krt":              {Modules: []string{}, All: 100},
	"util/filewatcher": {Modules: []string{"github.com/fsnotify/fsnotify", "golang.org/x/sys"}, NonStd: 3, All: 115},
	"util/test":        {Modules: []string{}, All: 90},
	"util/test/assert": {Modules: []string{"github.com/google/go-cmp", "google.golang.org/protobuf"}, NonStd: 40, All: 130},
	"krt/files": {
		Modules: []string{"github.com/fsnotify/fsnotify", "go.yaml.in/yaml/v2", "golang.org/x/sys", "sigs.k8s.io/yaml"},
		NonStd:  5, All: 130,
	},
	"krt/krtvet": {Modules: []string{"golang.org/x/mod", "golang.org/x/sync", "golang.org/x/tools"}, NonStd: 40},
	"version": {
		Modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "go.yaml.in/yaml/v2", "sigs.k8s.io/yaml"},
		NonStd:  5,
	},
	"version/versionmetrics": {NonStd: 95},
	"flag":                   {Modules: []string{"github.com/spf13/pflag"}, NonStd: 1},
	"features":               {Modules: []string{}},
	"cmd": {
		Modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "go.uber.org/multierr", "go.uber.org/zap"},
		NonStd:  15,
	},
	"collateral": {NonStd: 100},
	"log":        {Modules: []string{"go.uber.org/multierr", "go.uber.org/zap"}, NonStd: 35},
	"log/logcobra": {
		Modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "go.uber.org/multierr", "go.uber.org/zap"},
		NonStd:  35,
	},
	"log/loggrpc": {Modules: []string{"go.uber.org/multierr", "go.uber.org/zap", "google.golang.org/grpc"}, NonStd: 35},
	"log/loglogr": {Modules: []string{"github.com/go-logr/logr", "go.uber.org/multierr", "go.uber.org/zap"}, NonStd: 35},
	"log/logtrace": {
		Modules: []string{"github.com/cespare/xxhash/v2", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/trace", "go.uber.org/multierr", "go.uber.org/zap"},
		NonStd:  35,
	},
	"log/logklog": {
		Modules: []string{"github.com/go-logr/logr", "github.com/spf13/pflag", "go.uber.org/multierr", "go.uber.org/zap", "k8s.io/klog/v2"},
		NonStd:  35,
	},
	"monitoring": {NonStd: 90},
	"kube":       {NonStd: 200, All: 420},
}

// Unlimited names folders below which packages may be heavier than the budget of
// their tree: those that only tests, examples and demos import.
var Unlimited = []string{"kube/kubefake"}
