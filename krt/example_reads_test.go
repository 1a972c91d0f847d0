// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"
	"strings"

	"github.com/krtkit/krtkit/krt"
)

// Filters narrow down together, and say which changes make the transformation run
// again.
func ExampleFetch() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2"), {Name: "db-1", Node: "n1"}})
	services := krt.NewStaticCollection(nil, []Service{{"web", map[string]string{"app": "web"}}})
	onFirstNode := krt.FilterGeneric(func(o any) bool { return o.(Pod).Node == "n1" })
	local := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *Endpoints {
		return &Endpoints{s.Name, podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector), onFirstNode))}
	})
	wait(local)
	pods.UpdateObject(web("web-3", "n1"))
	wait(local)
	fmt.Println(local.List())
	// Output: [web=web-1,web-3]
}

func ExampleFetchKey() {
	nodes := krt.NewStaticCollection(nil, []Pod{{Name: "n1", Labels: map[string]string{"zone": "eu-1b"}}})
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "gone")})
	zones := krt.NewCollection(pods, func(ctx krt.HandlerContext, p Pod) *Endpoints {
		node := krt.FetchKey(ctx, nodes, p.Node)
		if node == nil {
			return nil
		}
		return &Endpoints{p.Name, []string{node.Labels["zone"]}}
	})
	wait(zones)
	fmt.Println(zones.List())
	// Output: [web-1=eu-1b]
}

func ExampleFilterKeys() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n1"), web("web-3", "n1")})
	found := krt.Fetch(krt.TestingDummyContext{}, pods, krt.FilterKeys("web-3", "web-1", "none"))
	fmt.Println(found[0].Name, found[1].Name, len(found)) // in the order of the keys
	// Output: web-1 web-3 2
}

func ExampleFilterSelects() {
	services := krt.NewStaticCollection(nil, []Service{
		{"web", map[string]string{"app": "web"}},
		{"db", map[string]string{"app": "db"}},
	})
	pod := web("web-1", "n1")
	for _, s := range krt.Fetch(krt.TestingDummyContext{}, services, krt.FilterSelects(pod.Labels)) {
		fmt.Println(s.Name)
	}
	// Output: web
}

func ExampleFilterIndex() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2")})
	nodes := krt.NewStaticCollection(nil, []string{"n1", "n2"})
	byNode := krt.NewIndex(pods, "node", func(p Pod) []string { return []string{p.Node} })
	perNode := krt.NewCollection(nodes, func(ctx krt.HandlerContext, node string) *Endpoints {
		return &Endpoints{node, podNames(krt.Fetch(ctx, pods, krt.FilterIndex(byNode, node)))}
	})
	perNode.WaitUntilSynced(nil)
	fmt.Println(perNode.GetKey("n2"))
	// Output: n2=web-2
}

// A waypoint serves several services: its pods are those of any of them.
func ExampleFilterIndexes() {
	pods := krt.NewStaticCollection(nil, []Pod{
		{Name: "a", Labels: map[string]string{"services": "web,api"}},
		{Name: "b", Labels: map[string]string{"services": "api"}},
		{Name: "c", Labels: map[string]string{"services": "db"}},
	})
	byService := krt.NewIndex(pods, "service", func(p Pod) []string { return strings.Split(p.Labels["services"], ",") })
	waypoints := krt.NewStaticCollection(nil, []Endpoints{{"waypoint", []string{"web", "api"}}})
	served := krt.NewCollection(waypoints, func(ctx krt.HandlerContext, w Endpoints) *Endpoints {
		return &Endpoints{w.Service, podNames(krt.Fetch(ctx, pods, krt.FilterIndexes(byService, w.Pods...)))}
	})
	wait(served)
	fmt.Println(served.List())
	// Output: [waypoint=a,b]
}

// A transformation that needs only the node of a pod does not run when the pod gets
// another label.
func ExamplePartialFetchComparable() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	runs := 0
	nodes := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []string {
		runs++
		return krt.PartialFetchComparable(ctx, pods, func(p Pod) string { return p.Node })
	})
	wait(nodes)
	pods.UpdateObject(Pod{Name: "web-1", Node: "n1", Labels: map[string]string{"app": "another"}})
	wait(nodes)
	pods.UpdateObject(web("web-1", "n2"))
	wait(nodes)
	fmt.Println(nodes.List(), runs)
	// Output: [n2] 2
}

func ExampleResourceExists() {
	secrets := krt.NewStaticCollection(nil, []string{"default/certificate"})
	fmt.Println(krt.ResourceExists(krt.TestingDummyContext{}, secrets, "default/certificate"))
	// Output: true
}

// A handler that cares for nodes only is not told of other changes.
func ExampleBatchedEventFilter() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	node := func(p Pod) string { return p.Node }
	pods.RegisterBatch(krt.BatchedEventFilter(node, func(events []krt.Event[Pod]) {
		fmt.Println(events[0].Event, node(events[0].Latest()))
	}), true)
	wait(pods)
	pods.UpdateObject(Pod{Name: "web-1", Node: "n1"})
	wait(pods)
	pods.UpdateObject(Pod{Name: "web-1", Node: "n2"})
	wait(pods)
	// Output:
	// add n1
	// update n2
}
