// SPDX-License-Identifier: Apache-2.0

package stopall

import "github.com/krtkit/krtkit/krt"

var global = krt.NewStaticCollection[string](nil, nil) // want `what NewStaticCollection makes never ends: pass WithStop`

func nothing(in krt.Collection[string]) {
	krt.NewSingleton(func(krt.HandlerContext) *string { return nil }) // want `what NewSingleton makes never ends: pass WithStop`
}
