// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/krtkit/krtkit/krt"
)

// Pod and Service are objects of the examples.
type Pod struct {
	Name, Node string
	Labels     map[string]string
}

func (p Pod) ResourceName() string         { return p.Name }
func (p Pod) GetLabels() map[string]string { return p.Labels }

type Service struct {
	Name     string
	Selector map[string]string
}

func (s Service) ResourceName() string                { return s.Name }
func (s Service) GetLabelSelector() map[string]string { return s.Selector }

type Endpoints struct {
	Service string
	Pods    []string
}

func (e Endpoints) ResourceName() string { return e.Service }
func (e Endpoints) String() string       { return e.Service + "=" + strings.Join(e.Pods, ",") }

func web(name, node string) Pod { return Pod{name, node, map[string]string{"app": "web"}} }

func podNames(pods []Pod) []string {
	var names []string
	for _, p := range pods {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// wait stands for whatever makes a program wait until everything has arrived.
func wait(c krt.Syncer) {
	if err := krt.WaitIdle(context.Background(), c); err != nil {
		panic(err)
	}
}

func Example() {
	stop := make(chan struct{})
	defer close(stop)
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")}, krt.WithStop(stop))
	services := krt.NewStaticCollection(nil, []Service{{"web", map[string]string{"app": "web"}}}, krt.WithStop(stop))

	endpoints := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *Endpoints {
		return &Endpoints{s.Name, podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector)))}
	}, krt.WithName("endpoints"), krt.WithStop(stop))
	endpoints.Register(func(e krt.Event[Endpoints]) { fmt.Println(e.Event, e.Latest()) })

	wait(endpoints)
	pods.UpdateObject(web("web-2", "n1"))
	wait(endpoints)
	pods.UpdateObject(Pod{Name: "db-1", Labels: map[string]string{"app": "db"}}) // concerns nobody
	wait(endpoints)
	services.DeleteObject("web")
	wait(endpoints)
	// Output:
	// add web=web-1
	// update web=web-1,web-2
	// delete web=web-1,web-2
}

// A handler is told of what is there and then of every change. One that works in batches
// gets the changes of each commit together.
func ExampleEventStream() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n1")})
	reg := pods.RegisterBatch(func(events []krt.Event[Pod]) {
		for _, e := range events {
			if e.Event == krt.EventUpdate {
				fmt.Println(e.New.Name, "moved from", e.Old.Node, "to", e.New.Node)
			}
		}
		fmt.Println(len(events), "events")
	}, true)
	reg.WaitUntilSynced(nil) // the handler has returned from what was there
	pods.UpdateObject(web("web-1", "n2"))
	wait(pods)
	reg.UnregisterHandler()
	// Output:
	// 2 events
	// web-1 moved from n1 to n2
	// 1 events
}

func ExampleNewCollection() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), {Name: "web-2"}})
	// One object for each pod that has a node, and none for the others.
	addresses := krt.NewCollection(pods, func(_ krt.HandlerContext, p Pod) *Endpoints {
		if p.Node == "" {
			return nil
		}
		return &Endpoints{p.Name, []string{p.Node + ":8080"}}
	})
	addresses.WaitUntilSynced(nil)
	fmt.Println(addresses.List())
	// Output: [web-1=n1:8080]
}

func ExampleNewManyCollection() {
	lists := krt.NewStaticCollection(nil, []Endpoints{{"web", []string{"web-1", "web-2"}}})
	pods := krt.NewManyCollection(lists, func(_ krt.HandlerContext, e Endpoints) []Pod {
		var out []Pod
		for _, name := range e.Pods {
			out = append(out, Pod{Name: name})
		}
		return out
	})
	pods.WaitUntilSynced(nil)
	fmt.Println(podNames(pods.List()))
	// Output: [web-1 web-2]
}

func ExampleNewSingleton() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2")})
	count := krt.NewSingleton(func(ctx krt.HandlerContext) *string {
		n := fmt.Sprint(len(krt.Fetch(ctx, pods)), " pods")
		return &n
	})
	count.AsCollection().WaitUntilSynced(nil)
	fmt.Println(*count.Get())
	// Output: 2 pods
}

// What fetches the same for everyone needs no input.
func ExampleNewManyFromNothing() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n1"), web("web-3", "n2")})
	nodes := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []string {
		used := map[string]bool{}
		for _, p := range krt.Fetch(ctx, pods) {
			used[p.Node] = true
		}
		return slices.Collect(maps.Keys(used))
	})
	nodes.WaitUntilSynced(nil)
	fmt.Println(slices.Sorted(slices.Values(nodes.List())))
	// Output: [n1 n2]
}

// A result that cannot be made just now need not take away the one before.
func ExampleHandlerContext() {
	certificates := krt.NewStaticCollection(nil, []string{"web"})
	gateways := krt.NewStaticCollection(nil, []string{"web"})
	listeners := krt.NewCollection(gateways, func(ctx krt.HandlerContext, name string) *Endpoints {
		if krt.FetchKey(ctx, certificates, name) == nil {
			ctx.Logger().Debug("the certificate is gone: the listener stays as it is")
			ctx.DiscardResult()
			return nil
		}
		return &Endpoints{name, []string{":443"}}
	})
	wait(listeners)
	certificates.DeleteObject("web")
	wait(listeners)
	fmt.Println(listeners.List())
	// Output: [web=:443]
}

// The status says how it went, for the one who made the input.
func ExampleNewStatusCollection() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	services := krt.NewStaticCollection(nil, []Service{
		{"web", map[string]string{"app": "web"}},
		{"db", map[string]string{"app": "db"}},
	})
	statuses, endpoints := krt.NewStatusCollection(services, func(ctx krt.HandlerContext, s Service) (*string, *Endpoints) {
		found := podNames(krt.Fetch(ctx, pods, krt.FilterLabel(s.Selector)))
		status := fmt.Sprint(len(found), " pods")
		if len(found) == 0 {
			return &status, nil
		}
		return &status, &Endpoints{s.Name, found}
	})
	wait(endpoints)
	for _, name := range []string{"web", "db"} {
		fmt.Println(name, "has", statuses.GetKey(name).Status, endpoints.GetKey(name))
	}
	// Output:
	// web has 1 pods web=web-1
	// db has 0 pods <nil>
}
