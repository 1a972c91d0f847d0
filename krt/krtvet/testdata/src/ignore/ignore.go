// SPDX-License-Identifier: Apache-2.0

package ignore

import "github.com/krtkit/krtkit/krt"

func helper(ctx krt.HandlerContext, things krt.Collection[string]) {
	_ = things.List() //krtvet:ignore the set never changes

	//krtvet:ignore the set never changes
	_ = things.List()

	//krtvet:ignore
	_ = things.List() // want `List in a transformation`

	//krtvet:ignore the set never changes

	_ = things.List() // want `List in a transformation`
}
