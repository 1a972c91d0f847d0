// SPDX-License-Identifier: Apache-2.0

package leak_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/leak"
)

func ExampleCheck() {
	forgotten := make(chan struct{})
	defer close(forgotten)
	err := test.Wrap(func(t test.Failer) { // a *testing.T in tests
		leak.Check(t, leak.WithTimeout(10*time.Millisecond))
		stop := test.NewStop(t)
		go waitFor(stop)
		go waitFor(forgotten)
	})
	fmt.Println(strings.Count(err.Error(), "leak_test.waitFor"), "goroutine is left")
	// Output: 1 goroutine is left
}
