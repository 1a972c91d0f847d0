// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// CobraCommand returns the hidden command "collateral", which writes the documents of root.
// It is meant to be added to root. Flags say what is written: --all, or --markdown, --man,
// --bash, --zsh, --yaml and --html_fragment_with_front_matter, and --outputDir (-o) where.
func CobraCommand(root *cobra.Command, meta Metadata) *cobra.Command {
	c := Control{ManPageInfo: doc.GenManHeader{Title: meta.Title, Section: meta.Section, Manual: meta.Manual}}
	var all bool
	kinds := []struct {
		flag  string
		emit  *bool
		usage string
	}{
		{"markdown", &c.EmitMarkdown, "Write Markdown files"},
		{"man", &c.EmitManPages, "Write man pages"},
		{"bash", &c.EmitBashCompletion, "Write completions for bash"},
		{"zsh", &c.EmitZshCompletion, "Write completions for zsh"},
		{"yaml", &c.EmitYAML, "Write YAML files"},
		{"html_fragment_with_front_matter", &c.EmitHTMLFragmentWithFrontMatter, "Write an HTML fragment with front matter for a site generator"},
	}
	cmd := &cobra.Command{
		Use:    "collateral",
		Short:  "Write the documents of this program",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			something := all
			for _, k := range kinds {
				*k.emit = *k.emit || all
				something = something || *k.emit
			}
			if !something {
				return errors.New("nothing to write: say what with --all or a flag of its own")
			}
			cmd.SilenceUsage = true // the command line is all right
			return EmitCollateral(root, &c)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&c.OutputDir, "outputDir", "o", ".", "`Folder` to write to")
	flags.BoolVar(&all, "all", false, "Write all kinds of documents")
	for _, k := range kinds {
		flags.BoolVar(k.emit, k.flag, false, k.usage)
	}
	return cmd
}
