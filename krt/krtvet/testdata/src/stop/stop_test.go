// SPDX-License-Identifier: Apache-2.0

package stop

import "github.com/krtkit/krtkit/krt"

func inTest(in krt.Collection[string], stop <-chan struct{}) {
	krt.NewCollection(in, transform)
}
