// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"fmt"
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

func ExampleNewIndex() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1"), web("web-2", "n2"), web("web-3", "n1")})
	byNode := krt.NewIndex(pods, "node", func(p Pod) []string { return []string{p.Node} })
	fmt.Println(podNames(byNode.Lookup("n1")))
	// Output: [web-1 web-3]
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

func ExampleJoinCollection() {
	files := krt.NewStaticCollection(nil, []Pod{web("web-1", "from a file")})
	cluster := krt.NewStaticCollection(nil, []Pod{web("web-1", "from the cluster"), web("web-2", "from the cluster")})
	all := krt.JoinCollection([]krt.Collection[Pod]{files, cluster})
	all.WaitUntilSynced(nil)
	fmt.Println(len(all.List()), all.GetKey("web-1").Node)
	// Output: 2 from a file
}
