// SPDX-License-Identifier: Apache-2.0

package samples

import "embed"

//go:embed *.yaml
var files embed.FS

// FS returns the manifests.
func FS() embed.FS { return files }
