// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"os"
	"testing"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/util/test/leak"
)

// TestMain fails if the tests leave a goroutine behind. It also runs the programs of
// buffered_test.go, which are this one with a variable set.
func TestMain(m *testing.M) {
	if program := os.Getenv(programVariable); program != "" {
		log.RegisterScope("program", "")
		programs[program]()
		return
	}
	leak.CheckMain(m)
}
