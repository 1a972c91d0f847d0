// SPDX-License-Identifier: Apache-2.0

// Package collateral writes the documents of a program from the program: its commands and
// flags, the environment variables that it reads and the metrics that it has.
//
// A program gets a hidden command that writes them:
//
//	root.AddCommand(collateral.CobraCommand(root, collateral.Metadata{
//		Title: "Webhook", Section: "webhook CLI", Manual: "Webhook",
//	}))
//
//	webhook collateral --all -o docs/reference
//
// or its build calls [EmitCollateral]. What there is to write:
//
//   - <root>.html, a page for a site generator: front matter, a section for each command with
//     a table of its flags, the environment variables of package env and the metrics of package
//     monitoring. [Predicates] say which of these.
//   - man pages, Markdown and YAML, a file for each command.
//   - <root>.bash and _<root>, completions for bash and zsh.
//
// # Guarantees
//
//   - The files are the same each time, but for the month on man pages that are given no date.
//   - Hidden and deprecated commands and flags, and hidden variables, are left out.
//     Deprecated variables are marked.
//   - Metrics have the names that a scrape shows. Flags name the environment variables that
//     package flag reads for them.
//   - Texts of the program never become HTML: they are escaped.
//   - The commands are as before when a function returns, but for the help that cobra adds.
//
// # What a caller must not do
//
// The commands must not be run or changed while documents are written.
//
// # Small programs
//
// With the build tag "agent" there is nothing here but [Metadata], [CustomTextForCmds] and
// [CobraCommand], whose command only returns an error: a program that is built so carries no
// generators.
package collateral
