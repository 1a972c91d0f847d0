// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/collateral/metrics"
	"github.com/krtkit/krtkit/flag"
	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/env"
)

// page is what the HTML file shows.
type page struct {
	Title, Description string
	Commands           []command
	Variables          []env.Var
	Metrics            []monitoring.MetricDefinition
}

// Entries returns how many headings of the second level the page has.
func (p page) Entries() int {
	n := len(p.Commands)
	if len(p.Variables) > 0 {
		n++
	}
	if len(p.Metrics) > 0 {
		n++
	}
	return n
}

// command is a section of the page.
type command struct {
	ID, Path string
	Blocks   []block
	Usage    string // "" for a command that does nothing itself
	Aliases  []string
	Flags    []option
	Example  string
}

// option is a row of a table of flags.
type option struct {
	Name, Shorthand, Argument, Default, Usage string
	Env                                       []string
}

// block is a paragraph of a text, or lines of it that are shown as they are.
type block struct {
	Text     string
	Verbatim bool
}

func newPage(root *cobra.Command, which Predicates) page {
	if which.SelectEnv == nil {
		which.SelectEnv = DefaultSelectEnvFn
	}
	if which.SelectMetric == nil {
		which.SelectMetric = DefaultSelectMetricFn
	}
	p := page{Title: root.Name(), Description: root.Short, Commands: commands(root)}
	for _, v := range env.VarDescriptions() {
		if !v.Hidden && which.SelectEnv(v) {
			p.Variables = append(p.Variables, v)
		}
	}
	for _, m := range metrics.ExportedMetrics() {
		if which.SelectMetric(m) {
			p.Metrics = append(p.Metrics, m)
		}
	}
	return p
}

// commands returns the command and those below it that people shall know.
func commands(c *cobra.Command) []command {
	text := c.Long
	if text == "" {
		text = c.Short
	}
	section := command{
		ID: strings.ReplaceAll(c.CommandPath(), " ", "-"), Path: c.CommandPath(),
		Blocks: blocks(text), Aliases: c.Aliases, Flags: options(c),
		Example: strings.TrimRight(strings.Trim(c.Example, "\n"), " \t"),
	}
	if c.Runnable() {
		section.Usage = c.UseLine()
	}
	all := []command{section}
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() && !child.IsAdditionalHelpTopicCommand() {
			all = append(all, commands(child)...)
		}
	}
	return all
}

// options returns the flags that can be given to a command, by name.
func options(c *cobra.Command) []option {
	var all []option
	add := func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		o := option{Name: f.Name, Env: flag.EnvNames(f)}
		if f.ShorthandDeprecated == "" {
			o.Shorthand = f.Shorthand
		}
		o.Argument, o.Usage = pflag.UnquoteUsage(f)
		if !slices.Contains([]string{"", "false", "0", "0s", "[]", "<nil>"}, f.DefValue) {
			o.Default = f.DefValue
		}
		all = append(all, o)
	}
	c.NonInheritedFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	slices.SortFunc(all, func(a, b option) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// blocks splits a text at empty lines. Lines that all are indented are shown as they are.
func blocks(text string) []block {
	var all []block
	var lines []string
	end := func() {
		if len(lines) > 0 {
			flush := func(line string) bool { return line[0] != ' ' && line[0] != '\t' }
			all = append(all, block{strings.Join(lines, "\n"), !slices.ContainsFunc(lines, flush)})
		}
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRight(line, " \t\r"); line == "" {
			end()
		} else {
			lines = append(lines, line)
		}
	}
	end()
	return all
}
