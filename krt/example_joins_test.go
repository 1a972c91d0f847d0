// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"

	"github.com/krtkit/krtkit/krt"
)

func ExampleJoinCollection() {
	files := krt.NewStaticCollection(nil, []Pod{web("web-1", "from a file")})
	cluster := krt.NewStaticCollection(nil, []Pod{web("web-1", "from the cluster"), web("web-2", "from the cluster")})
	all := krt.JoinCollection([]krt.Collection[Pod]{files, cluster})
	all.WaitUntilSynced(nil)
	fmt.Println(len(all.List()), all.GetKey("web-1").Node)
	// Output: 2 from a file
}

// merged has the pods of the service in all clusters.
func merged(all []Endpoints) *Endpoints {
	out := Endpoints{Service: all[0].Service}
	for _, e := range all {
		out.Pods = append(out.Pods, e.Pods...)
	}
	return &out
}

func ExampleJoinWithMergeCollection() {
	east := krt.NewStaticCollection(nil, []Endpoints{{"web", []string{"east/web-1"}}})
	west := krt.NewStaticCollection(nil, []Endpoints{{"web", []string{"west/web-1"}}, {"db", []string{"west/db-1"}}})
	global := krt.JoinWithMergeCollection([]krt.Collection[Endpoints]{east, west}, merged)
	global.WaitUntilSynced(nil)
	fmt.Println(global.GetKey("web"), global.GetKey("db"))
	// Output: web=east/web-1,west/web-1 db=west/db-1
}

// inOneCluster is what one cluster has, by the name of the cluster.
type inOneCluster struct {
	krt.Collection[Endpoints]
	name string
}

func (c inOneCluster) ResourceName() string { return c.name }

// Clusters come and go, and what they have with them.
func ExampleNestedJoinWithMergeCollection() {
	endpoints := func(name string, pods ...string) krt.Collection[Endpoints] {
		return inOneCluster{krt.NewStaticCollection(nil, []Endpoints{{"web", pods}}), name}
	}
	clusters := krt.NewStaticCollection(nil, []krt.Collection[Endpoints]{endpoints("east", "east/web-1")})
	global := krt.NestedJoinWithMergeCollection(clusters, merged)
	global.Register(func(e krt.Event[Endpoints]) { fmt.Println(e.Event, e.Latest()) })
	wait(global)
	clusters.UpdateObject(endpoints("west", "west/web-1"))
	wait(global)
	clusters.UpdateObject(endpoints("east", "east/web-7")) // it was connected to anew
	wait(global)
	clusters.DeleteObject("west")
	wait(global)
	// Output:
	// add web=east/web-1
	// update web=east/web-1,west/web-1
	// update web=east/web-7,west/web-1
	// update web=east/web-7
}

func ExampleMapCollection() {
	endpoints := krt.NewStaticCollection(nil, []Endpoints{{"web", []string{"web-1", "web-2"}}})
	names := krt.MapCollection(endpoints, func(e Endpoints) string { return e.Service }) // with the same key
	names.WaitUntilSynced(nil)
	fmt.Println(names.List())
	// Output: [web]
}
