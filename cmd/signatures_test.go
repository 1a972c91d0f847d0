// SPDX-License-Identifier: Apache-2.0

package cmd_test

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/cmd"
)

// What follows compiles if code that was written for Istio's package of this name does.
var (
	_ func(chan struct{})           = cmd.WaitSignal
	_ func(context.CancelCauseFunc) = cmd.WaitSignalFunc
	_ func(*cobra.Command)          = cmd.AddFlags
	_ func(*pflag.FlagSet)          = cmd.PrintFlags
)
