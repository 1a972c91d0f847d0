// SPDX-License-Identifier: Apache-2.0

// Package archtest states which packages of this module may import which, and
// what they may pull into a program; its tests see that it is so.
//
// The tables of this package are the architecture. The picture in README.md and
// docs/architecture.md, the table of budgets and the catalogue of packages are
// written from them:
//
//	make generate
//
// The tests also keep the documents honest: links lead somewhere, names in
// backticks exist, the quick start is the example that runs, and every source
// file names its licence.
//
// # What a change must not do
//
// A budget is not raised, and a tree not moved, in the same change as the code
// that needs it without a word on why. A package that fits no tree is a question
// of design first.
package archtest
