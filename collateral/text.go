// SPDX-License-Identifier: Apache-2.0

package collateral

import (
	"fmt"
	"strings"
)

// CustomTextFunc returns the text for a command of the program that is named cmd.
type CustomTextFunc func(cmd string) string

// CustomTextForCmds has texts that replace the long ones of commands in all documents, by the
// path of the command below the root, with "-" between names. It has texts for the commands
// that cobra adds by itself, whose own ones are about the terminal of the reader. A program
// may change it before it writes documents.
var CustomTextForCmds = map[string]CustomTextFunc{ //nolint:gochecknoglobals // callers add to it
	"completion-bash":       completion("bash", "/etc/bash_completion.d/%s"),
	"completion-fish":       completion("fish", "~/.config/fish/completions/%s.fish"),
	"completion-powershell": completion("PowerShell", "a file that your profile reads"),
	"completion-zsh":        completion("zsh", "a file _%s in a folder of $fpath"),
}

// completion returns what documents say about the command that prints the completions for a
// shell, which belong into a file.
func completion(shell, file string) CustomTextFunc {
	return func(cmd string) string {
		return fmt.Sprintf("Print the completions of %s for %s. They belong into %s.", cmd, shell, strings.ReplaceAll(file, "%s", cmd))
	}
}
