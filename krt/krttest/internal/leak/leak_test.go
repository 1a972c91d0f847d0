// SPDX-License-Identifier: Apache-2.0

package leak_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/krt/krttest/internal/leak"
)

func TestMark_waitsForWhatIsAboutToEnd(t *testing.T) {
	left := leak.Mark()
	for range 100 {
		go func() {
			done := make(chan struct{})
			go close(done)
			<-done
		}()
	}
	if stacks := left(); stacks != "" {
		t.Errorf("left: %s", stacks)
	}
}

func TestMark_seesOnlyItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which no time passes
		stop := make(chan struct{})
		defer close(stop)
		before := leak.Mark()
		go func() { <-stop }()
		after := leak.Mark()
		if stacks := after(); stacks != "" {
			t.Errorf("a goroutine that was there before is left: %s", stacks)
		}
		if stacks := before(); !strings.Contains(stacks, "TestMark_seesOnlyItsOwn") {
			t.Errorf("what is left is not found: %q", stacks)
		}
	})
}
