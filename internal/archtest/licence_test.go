// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLicence_everySourceFileNamesIt(t *testing.T) {
	const header = "// SPDX-License-Identifier: Apache-2.0\n\n"
	for _, name := range files(t, ".go") {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), header) {
			t.Errorf("%s does not begin with %q", name, header)
		}
	}
}
