// SPDX-License-Identifier: Apache-2.0

package istio

import (
	ikrt "istio.io/istio/pkg/kube/krt"
)

type thing struct{ name string }

func lookup(things ikrt.Collection[thing], byName ikrt.Index[string, thing], stop chan struct{}) {
	ikrt.NewCollection(things, func(ctx ikrt.HandlerContext, t thing) *thing {
		_ = byName.Lookup(t.name)          // want `Lookup in a transformation`
		_ = things.List()                  // want `List in a transformation`
		return things.GetKey("a" + t.name) // want `GetKey in a transformation`
	}, ikrt.WithStop(stop))
}
