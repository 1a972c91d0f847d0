// SPDX-License-Identifier: Apache-2.0

package logklog

import (
	"flag"
	"strconv"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/loglogr"
)

// KlogScope is where klog's lines go from [Capture] on.
var KlogScope = log.RegisterScope("klog", "")

// flagName and usage are those of the flag for klog's verbosity.
const (
	flagName = "vklog"
	usage    = "Verbosity of Kubernetes' libraries (klog)"
)

// Capture makes [KlogScope] write what is logged with klog. If klog's verbosity is not 0,
// the scope is raised to debug, so that the lines which it is for are written. Call it
// after the command line is read, and after [log.Configure]. It may be called again.
func Capture() {
	if v := verbosity().String(); v != "0" {
		KlogScope.SetOutputLevel(log.DebugLevel)
	}
	klog.SetLogger(loglogr.NewLogrAdapter(KlogScope))
}

// verbosity is klog's own flag -v.
func verbosity() flag.Value {
	var flags flag.FlagSet
	klog.InitFlags(&flags)
	return flags.Lookup("v").Value
}

// EnableKlogWithCobra adds the flag --vklog, klog's verbosity, to pflag.CommandLine.
func EnableKlogWithCobra() { AttachFlag(pflag.CommandLine) }

// AttachFlag adds the flag --vklog, klog's verbosity, to flags.
func AttachFlag(flags *pflag.FlagSet) {
	flags.AddGoFlag(&flag.Flag{Name: flagName, Usage: usage, Value: verbosity(), DefValue: "0"})
}

// EnableKlogWithGoFlag adds the flag -vklog, klog's verbosity, to flag.CommandLine.
func EnableKlogWithGoFlag() { flag.CommandLine.Var(verbosity(), flagName, usage) }

// EnableKlogWithVerbosity sets klog's verbosity: lines above it are not logged. Clients of
// Kubernetes log requests from 6 on, and their bodies from 8 on.
func EnableKlogWithVerbosity(v int) {
	_ = verbosity().Set(strconv.Itoa(v)) // every number will do
}
