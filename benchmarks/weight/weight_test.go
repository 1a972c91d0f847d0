// SPDX-License-Identifier: Apache-2.0

package weight_test

import (
	"strings"
	"testing"

	"github.com/krtkit/krtkit/benchmarks/weight"
)

func TestImports_countsPackagesAndModules(t *testing.T) {
	packages, modules, err := weight.Imports(t.Context(), "errors")
	if err != nil || packages < 2 || packages > 60 || modules != 0 {
		t.Errorf("Imports(errors) = %d, %d, %v; want a few packages and no module", packages, modules, err)
	}
	more, modules, err := weight.Imports(t.Context(), "github.com/google/go-cmp/cmp")
	if err != nil || more <= packages || modules != 1 {
		t.Errorf("Imports(cmp) = %d, %d, %v; want more packages of one module", more, modules, err)
	}
}

func TestImports_unknownPackage(t *testing.T) {
	if _, _, err := weight.Imports(t.Context(), "./nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("Imports(./nowhere) = %v, want an error that names it", err)
	}
}

func TestBuild_weighsAProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program: not with -short")
	}
	size, err := weight.Build(t.Context(), "github.com/krtkit/krtkit/benchmarks/internal/port")
	if err != nil || size < 100<<10 || size > 20<<20 {
		t.Errorf("Build = %d, %v; want a size in megabytes", size, err)
	}
	if _, err := weight.Build(t.Context(), "./nowhere"); err == nil {
		t.Error("Build(./nowhere) has no error")
	}
}
