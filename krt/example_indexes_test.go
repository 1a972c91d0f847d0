// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"

	"github.com/krtkit/krtkit/krt"
)

func ExampleNewIndex() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2"), web("web-3", "n1")})
	byNode := krt.NewIndex(pods, "node", func(p Pod) []string { return []string{p.Node} })
	fmt.Println(podNames(byNode.Lookup("n1")))
	pods.DeleteObject("web-1")
	fmt.Println(podNames(byNode.Lookup("n1")))
	// Output:
	// [web-1 web-3]
	// [web-3]
}

// The groups of an index are a collection, to derive something from each of them.
func ExampleIndex() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2"), web("web-3", "n1")})
	byNode := krt.NewIndex(pods, "node", func(p Pod) []string { return []string{p.Node} })
	perNode := krt.NewCollection(byNode.AsCollection(), func(_ krt.HandlerContext, g krt.IndexObject[string, Pod]) *Endpoints {
		return &Endpoints{g.Key, podNames(g.Objects)}
	})
	perNode.Register(func(e krt.Event[Endpoints]) {
		if e.Event != krt.EventAdd {
			fmt.Println(e.Event, e.Latest())
		}
	})
	wait(perNode)
	pods.UpdateObject(web("web-1", "n2"))
	wait(perNode)
	fmt.Println(perNode.GetKey("n1"))
	// Unordered output:
	// update n1=web-3
	// update n2=web-1,web-2
	// n1=web-3
}

func ExampleFetchIndexObjects() {
	pods := krt.NewStaticCollection(nil, []Pod{{Name: "shop/web-1"}, {Name: "shop/web-2"}, {Name: "bank/db-1"}})
	namespaceOf := func(p Pod) []krt.Named { return []krt.Named{{Name: p.Name[:4]}} }
	groups := krt.NewIndex(pods, "namespace", namespaceOf).AsCollection(
		krt.WithIndexCollectionFromString(func(s string) krt.Named { return krt.Named{Name: s[1:]} }))
	groups.WaitUntilSynced(nil)
	fmt.Println(podNames(krt.FetchIndexObjects(krt.TestingDummyContext{}, groups, krt.Named{Name: "shop"})))
	// Output: [shop/web-1 shop/web-2]
}
