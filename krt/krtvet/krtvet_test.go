// SPDX-License-Identifier: Apache-2.0

package krtvet_test

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/krtkit/krtkit/krt/krtvet"
)

func TestAnalyzers_areValid(t *testing.T) {
	if err := analysis.Validate(krtvet.Analyzers()); err != nil {
		t.Fatal(err)
	}
}

func TestLookup_readsThatAreNoDependencies(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(t), krtvet.Lookup, "lookup")
}

func TestLookup_istioPath(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(t), krtvet.Lookup, "istio")
}

func TestEquals_methodsThatAreNeverCalled(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Equals, "equals")
}

func TestCapture_whatChangesAfterwards(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Capture, "capture")
}

func TestCapture_loopsBeforeGo122(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Capture, "capture121")
}

func TestMutate_objectsThatOthersRead(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Mutate, "mutate")
}

func TestStop_whereItIsALeak(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(t), krtvet.Stop, "stop")
}

func TestStop_programsMayKeepTheirs(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Stop, "stopmain")
}

func TestStop_everywhereIfWanted(t *testing.T) {
	set := func(v string) {
		if err := krtvet.Stop.Flags.Set("all", v); err != nil {
			t.Fatal(err)
		}
	}
	set("true")
	t.Cleanup(func() { set("false") })
	analysistest.Run(t, testdata(t), krtvet.Stop, "stopall")
}

func TestIgnore_needsAReason(t *testing.T) {
	analysistest.Run(t, testdata(t), krtvet.Lookup, "ignore")
}

// testdata returns the folder of the test data.
func testdata(t *testing.T) string {
	t.Helper()
	watch(t, "testdata")
	return analysistest.TestData()
}
