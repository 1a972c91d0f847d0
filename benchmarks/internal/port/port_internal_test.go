// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPort_isUpToDate fails when a scenario was changed without go generate.
func TestPort_isUpToDate(t *testing.T) {
	want, err := port("../../engines/krtkit")
	if err != nil {
		t.Fatal(err)
	}
	dir := "../../engines/istio"
	present, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range present {
		base := filepath.Base(name)
		if base != "doc.go" && base != "engine.go" && want[base] == nil {
			t.Errorf("%s has no source", name)
		}
	}
	for base, content := range want {
		got, err := os.ReadFile(filepath.Join(dir, base))
		if err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(string(content), string(got)); diff != "" {
			t.Errorf("%s is not what go generate makes (-want +got):\n%s", base, diff)
		}
	}
}
