// SPDX-License-Identifier: Apache-2.0

package loggrpc_test

import (
	"testing"

	"github.com/krtkit/krtkit/util/test/leak"
)

func TestMain(m *testing.M) { leak.CheckMain(m) }
