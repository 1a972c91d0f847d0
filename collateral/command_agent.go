// SPDX-License-Identifier: Apache-2.0

//go:build agent

package collateral

import (
	"errors"

	"github.com/spf13/cobra"
)

// CobraCommand returns the hidden command "collateral", which returns an error: a program
// that is built with the tag "agent" cannot write documents.
func CobraCommand(*cobra.Command, Metadata) *cobra.Command {
	return &cobra.Command{
		Use:                "collateral",
		Short:              "Write the documents of this program",
		Hidden:             true,
		DisableFlagParsing: true,
		SilenceUsage:       true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this program was built with the tag \"agent\", which leaves out what writes documents")
		},
	}
}
