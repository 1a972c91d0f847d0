// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// EmitCollateral writes the documents that c asks for about the command and those below it.
// Files that are there are replaced. After an error some files may be written. It must not
// be called by several goroutines at a time for one command.
func EmitCollateral(root *cobra.Command, c *Control) error {
	dir := c.OutputDir
	if dir == "" {
		dir = "."
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("documents of %s: %w", root.Name(), err)
	}
	undo := prepare(root)
	defer undo()
	for _, kind := range []struct {
		name string
		want bool
		emit func() error
	}{
		{"man pages", c.EmitManPages, func() error { return doc.GenManTree(root, &c.ManPageInfo, dir) }},
		{"YAML", c.EmitYAML, func() error { return doc.GenYamlTree(root, dir) }},
		{"Markdown", c.EmitMarkdown, func() error { return doc.GenMarkdownTree(root, dir) }},
		{"bash completion", c.EmitBashCompletion, func() error {
			return root.GenBashCompletionFileV2(filepath.Join(dir, root.Name()+".bash"), true)
		}},
		{"zsh completion", c.EmitZshCompletion, func() error {
			return root.GenZshCompletionFile(filepath.Join(dir, "_"+root.Name()))
		}},
		{"HTML", c.EmitHTMLFragmentWithFrontMatter, func() error {
			var b bytes.Buffer
			if err := writeHTML(&b, newPage(root, c.Predicates)); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, root.Name()+".html"), b.Bytes(), 0o666)
		}},
	} {
		if kind.want {
			if err := kind.emit(); err != nil {
				return fmt.Errorf("%s of %s: %w", kind.name, root.Name(), err)
			}
		}
	}
	return nil
}

// prepare gives commands the texts that are for documents and has cobra leave out the
// day. The function that it returns undoes that.
func prepare(root *cobra.Command) (undo func()) {
	var undoing []func()
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		long, tag := c.Long, c.DisableAutoGenTag
		undoing = append(undoing, func() { c.Long, c.DisableAutoGenTag = long, tag })
		c.DisableAutoGenTag = true
		if text := CustomTextForCmds[below(root, c)]; text != nil {
			c.Long = text(root.Name())
		}
		for _, child := range c.Commands() {
			visit(child)
		}
	}
	visit(root)
	return func() {
		for _, f := range undoing {
			f()
		}
	}
}

// below returns the path of a command below the root, with "-" between names.
func below(root, c *cobra.Command) string {
	path := strings.TrimPrefix(c.CommandPath(), root.CommandPath())
	return strings.ReplaceAll(strings.TrimSpace(path), " ", "-")
}
