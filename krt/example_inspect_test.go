// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/krtkit/krtkit/krt"
)

// One change may lead to many others. A test compares when all of them have arrived.
func ExampleWaitIdle() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")}, krt.WithName("pods"))
	count := krt.NewSingleton(func(ctx krt.HandlerContext) *string {
		n := fmt.Sprint(len(krt.Fetch(ctx, pods)), " pods")
		return &n
	}, krt.WithName("count"))
	pods.UpdateObject(web("web-2", "n1"))
	if err := krt.WaitIdle(context.Background(), count.AsCollection()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(*count.Get())

	// What never comes is named.
	config := krt.NewStatic[string](nil, false, krt.WithName("config"))
	krt.NewCollection(config.AsCollection(), func(_ krt.HandlerContext, s string) *string { return &s }, krt.WithName("settings"))
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(krt.WaitIdle(ctx, config.AsCollection()))
	// Output:
	// 2 pods
	// krt: not idle: context deadline exceeded: "config" is not synced
}

// A request is answered from one state of all that it needs.
func ExampleNewView() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	services := krt.NewStaticCollection(nil, []Service{{"web", map[string]string{"app": "web"}}})
	endpoints := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *Endpoints {
		return &Endpoints{s.Name, podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector)))}
	})
	view, err := krt.NewView(context.Background(), pods, endpoints)
	if err != nil {
		fmt.Println(err)
		return
	}
	pods.DeleteObject("web-1") // the view does not change
	fmt.Println(podNames(krt.Fetch(view, pods)), *krt.FetchKey(view, endpoints, "web"))
	// Output: [web-1] web=web-1
}

// A transformation is a function, and can be called as one.
func ExampleTestingDummyContext() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	transform := func(ctx krt.HandlerContext, s Service) *Endpoints {
		return &Endpoints{s.Name, podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector)))}
	}
	fmt.Println(transform(krt.TestingDummyContext{}, Service{"web", map[string]string{"app": "web"}}))
	// Output: web=web-1
}

func ExampleDescribe() {
	config := krt.NewStatic[Service](nil, false, krt.WithName("config"))
	services := krt.NewStaticCollection(nil, []Service{{Name: "web"}, {Name: "db"}}, krt.WithName("services"))
	all := krt.JoinCollection([]krt.Collection[Service]{config.AsCollection(), services}, krt.WithName("all"))
	show := func() {
		graph, err := krt.Describe(all)
		if err != nil {
			fmt.Println(err)
		}
		for _, c := range graph.Collections {
			fmt.Println(c.Name, c.Kind, c.Objects, c.Synced, c.Waits)
		}
	}
	show()
	config.MarkSynced()
	wait(all)
	show()
	// Output:
	// config static singleton 0 false [its source, which is not synced]
	// services static 2 true []
	// all join 0 false ["config", which is not synced]
	// config static singleton 0 true []
	// services static 2 true []
	// all join 2 true []
}

func ExampleGraph_Mermaid() {
	graph := krt.Graph{Collections: []krt.CollectionInfo{ // as Describe returns it
		{ID: 1, Name: "pods", Kind: "informer", Objects: 5000, Synced: true},
		{ID: 2, Name: "services", Kind: "informer", Objects: 500, Synced: true},
		{ID: 3, Name: "endpoints", Kind: "collection", Reads: []uint64{2, 1}},
	}}
	fmt.Print(graph.Mermaid())
	// Output:
	// flowchart LR
	// 	c1["pods<br/>informer, 5000 objects"]
	// 	c2["services<br/>informer, 500 objects"]
	// 	c3["endpoints<br/>collection, 0 objects"]
	// 	style c3 stroke-dasharray: 5 5
	// 	c2 --> c3
	// 	c1 --> c3
}

func ExampleExplain() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), {Name: "db-1"}}, krt.WithName("pods"))
	services := krt.NewStaticCollection(nil, []Service{{"web", map[string]string{"app": "web"}}}, krt.WithName("services"))
	endpoints := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *Endpoints {
		return &Endpoints{s.Name, podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector)))}
	}, krt.WithName("endpoints"))
	wait(endpoints)
	explanation, err := krt.Explain(endpoints, "web")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(explanation)
	// Output:
	// web in endpoints
	//   made of web in services
	//   fetched from pods by labels app=web: web-1
}

// The options of all collections of a program come from one builder.
func ExampleNewOptionsBuilder() {
	stop := make(chan struct{})
	defer close(stop)
	debug := new(krt.DebugHandler)
	opts := krt.NewOptionsBuilder(stop, "mesh", debug)

	pods := krt.NewStaticCollection(nil, []string{"web-1"}, opts.WithName("pods")...)
	krt.NewCollection(pods, func(_ krt.HandlerContext, p string) *string { return &p }, opts.WithName("workloads")...)
	wait(pods)

	text, err := json.Marshal(debug) // for a page that shows what there is
	if err != nil {
		fmt.Println(err)
	}
	var shown []struct {
		Name  string
		State krt.CollectionDump
	}
	if err := json.Unmarshal(text, &shown); err != nil {
		fmt.Println(err)
	}
	for _, c := range shown {
		fmt.Println(c.Name, c.State.Outputs)
	}
	// Output:
	// mesh/pods map[web-1:web-1]
	// mesh/workloads map[web-1:web-1]
}

// One object that nobody thought of does not take everything down.
func ExampleWithPanicHandler() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), {Name: "broken"}})
	apps := krt.NewCollection(pods, func(_ krt.HandlerContext, p Pod) *Endpoints {
		return &Endpoints{p.Name, []string{p.Node[:2]}} // there is no node
	}, krt.WithName("apps"), krt.WithPanicHandler(func(p *krt.PanicError) { fmt.Println(p) }))
	wait(apps)
	fmt.Println(apps.List())
	pods.UpdateObject(web("broken", "n3"))
	wait(apps)
	fmt.Println(apps.GetKey("broken"))
	// Output:
	// krt: collection "apps", key "broken": panic: runtime error: slice bounds out of range [:2] with length 0
	// [web-1=n1]
	// broken=n3
}

// Most changes of the time that a pod was last seen concern nobody.
func ExampleWithEqual() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	placed := krt.NewCollection(pods, func(_ krt.HandlerContext, p Pod) *Pod { return &p },
		krt.WithEqual(func(a, b Pod) bool { return a.Node == b.Node }))
	placed.Register(func(e krt.Event[Pod]) { fmt.Println(e.Event, e.Latest().Node) })
	wait(placed)
	pods.UpdateObject(Pod{Name: "web-1", Node: "n1", Labels: map[string]string{"seen": "just now"}})
	pods.UpdateObject(web("web-1", "n2"))
	wait(placed)
	// Output:
	// add n1
	// update n2
}
