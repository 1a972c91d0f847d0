// SPDX-License-Identifier: Apache-2.0

package krtvet

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// home is where an analyzer is described.
const home = "https://pkg.go.dev/github.com/krtkit/krtkit/krt/krtvet"

// Analyzers returns all checks, in the order of the package comment. The slice is
// the caller's.
func Analyzers() []*analysis.Analyzer {
	return []*analysis.Analyzer{Lookup, Equals, Capture, Mutate, Stop}
}

// report reports a finding unless a comment says that it is to be ignored.
func report(pass *analysis.Pass, d analysis.Diagnostic) {
	if !ignored(pass, d.Pos) {
		pass.Report(d)
	}
}

// ignored reports whether a comment on the line, or on the one above, says
// krtvet:ignore and why.
func ignored(pass *analysis.Pass, pos token.Pos) bool {
	file := fileOf(pass, pos)
	if file == nil {
		return false
	}
	line := func(pos token.Pos) int { return pass.Fset.PositionFor(pos, false).Line }
	for _, group := range file.Comments {
		for _, c := range group.List {
			reason, ok := strings.CutPrefix(c.Text, "//krtvet:ignore ")
			if !ok || strings.TrimSpace(reason) == "" {
				continue
			}
			if at := line(c.Pos()); at == line(pos) || at+1 == line(pos) {
				return true
			}
		}
	}
	return false
}

// fileOf returns the file that has the position, or nil.
func fileOf(pass *analysis.Pass, pos token.Pos) *ast.File {
	for _, file := range pass.Files {
		if file.FileStart <= pos && pos < file.FileEnd {
			return file
		}
	}
	return nil
}

// inTest reports whether the position is in a test file.
func inTest(pass *analysis.Pass, pos token.Pos) bool {
	return strings.HasSuffix(pass.Fset.File(pos).Name(), "_test.go")
}
