// SPDX-License-Identifier: Apache-2.0

package informerfactory_test

import (
	"testing"

	"github.com/krtkit/krtkit/util/test/leak"
)

// TestMain sees that the tests leave no goroutine behind.
func TestMain(m *testing.M) { leak.CheckMain(m) }
