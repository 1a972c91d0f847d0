// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral_test

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/krtkit/krtkit/collateral"
	"github.com/krtkit/krtkit/collateral/metrics"
	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/env"
)

// What follows compiles if code that was written for Istio's package of this name does.
var (
	_ = collateral.Control{
		OutputDir: "", EmitManPages: true, EmitYAML: true, EmitBashCompletion: true, EmitZshCompletion: true, EmitMarkdown: true,
		EmitHTMLFragmentWithFrontMatter: true, ManPageInfo: doc.GenManHeader{}, Predicates: collateral.Predicates{
			SelectEnv: collateral.DefaultSelectEnvFn, SelectMetric: collateral.DefaultSelectMetricFn,
		},
	}
	_ = collateral.Metadata{Title: "", Section: "", Manual: ""}

	_ collateral.SelectEnvFn                                   = func(env.Var) bool { return true }
	_ collateral.SelectMetricFn                                = func(monitoring.MetricDefinition) bool { return true }
	_ func(*cobra.Command, *collateral.Control) error          = collateral.EmitCollateral
	_ func(*cobra.Command, collateral.Metadata) *cobra.Command = collateral.CobraCommand
	_ map[string]collateral.CustomTextFunc                     = collateral.CustomTextForCmds
	_ collateral.CustomTextFunc                                = func(string) string { return "" }
	_ func() []monitoring.MetricDefinition                     = metrics.ExportedMetrics
)
