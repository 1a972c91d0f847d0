// SPDX-License-Identifier: Apache-2.0

package collateral_test

import (
	"os/exec"
	"strings"
	"testing"
)

func TestCobraCommand_onlyReturnsAnErrorInAnAgent(t *testing.T) {
	deps, err := exec.CommandContext(t.Context(), "go", "list", "-tags", "agent", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, generator := range []string{"cobra/doc", "go-md2man", "html/template", "krtkit/monitoring"} {
		if strings.Contains(string(deps), generator) {
			t.Errorf("an agent imports %s", generator)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", "-tags", "agent", "./testdata/agent", "collateral", "--all").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `built with the tag "agent"`) {
		t.Errorf("error %v, output:\n%s", err, out)
	}
}
