// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"time"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// newFake makes a fake, an informer that is ready, and stops both.
func (c contender) newFake() scenario.Case {
	return scenario.Case{
		Do: func(n int) time.Duration {
			begin := time.Now()
			for range n {
				c.fake()
			}
			return time.Since(begin) / time.Duration(n)
		},
		Content: func() []scenario.Object { return []scenario.Object{{Name: "stopped"}} },
		Close:   func() {},
	}
}
