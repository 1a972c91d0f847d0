// SPDX-License-Identifier: Apache-2.0

package flag_test

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/flag"
)

// What follows compiles if code that was written for Istio's package of this name does.
var (
	_ func(*pflag.FlagSet, string, string, string, *string)        = flag.Bind[string]
	_ func(*pflag.FlagSet, string, string, string, *bool)          = flag.Bind[bool]
	_ func(*pflag.FlagSet, string, string, string, *uint16)        = flag.BindEnv[uint16]
	_ func(*pflag.FlagSet, string, string, string, *time.Duration) = flag.BindEnv[time.Duration]
	_ func(*pflag.FlagSet, string, string)                         = flag.AdditionalEnv
)
