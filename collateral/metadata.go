// SPDX-License-Identifier: Apache-2.0

package collateral

// Metadata is what a program says about its documents.
type Metadata struct {
	// Title, Section and Manual are those of the man pages: the title in the header, the
	// section (the default is "1") and the name of the manual.
	Title   string
	Section string
	Manual  string
}
