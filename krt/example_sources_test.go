// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"fmt"

	"github.com/krtkit/krtkit/krt"
)

func ExampleNewStaticCollection() {
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	pods.UpdateObject(web("web-2", "n1"))
	pods.DeleteObject("web-1")
	fmt.Println(podNames(pods.List()))
	pods.Reset([]Pod{web("web-3", "n1"), web("web-4", "n1")})
	fmt.Println(podNames(pods.List()))
	// Output:
	// [web-2]
	// [web-3 web-4]
}

// Settings of a mesh are one object, or none.
func ExampleNewStatic() {
	domain := krt.NewStatic(new("cluster.local"), true)
	services := krt.NewStaticCollection(nil, []Service{{Name: "web"}})
	hosts := krt.NewCollection(services, func(ctx krt.HandlerContext, s Service) *string {
		host := s.Name + "." + *krt.FetchOne(ctx, domain.AsCollection())
		return &host
	})
	wait(hosts)
	fmt.Println(hosts.List())
	domain.Set(new("mesh.internal"))
	wait(hosts)
	fmt.Println(hosts.List())
	// Output:
	// [web.cluster.local]
	// [web.mesh.internal]
}

// Whatever can send its changes can be a source.
func ExampleFromChannel() {
	stop := make(chan struct{})
	defer close(stop)
	feed := make(chan krt.Update[Pod])
	go func() {
		for _, u := range []krt.Update[Pod]{
			{Replace: true, Put: []Pod{web("web-1", "n1"), web("web-2", "n1")}}, // what a first request answers
			{Put: []Pod{web("web-3", "n2")}, Delete: []string{"web-1"}},         // what a subscription says
		} {
			select {
			case feed <- u:
			case <-stop:
				return
			}
		}
		close(feed)
	}()
	pods := krt.FromChannel(feed, krt.WithStop(stop))
	pods.WaitUntilSynced(stop)
	fmt.Println(podNames(pods.List()))
	// Output: [web-2 web-3]
}

// cache is a cache of pods that is filled already.
type cache []*Pod

// Subscribe implements krt.Informer.
func (c cache) Subscribe(change func(o, n *Pod), synced func()) (unsubscribe func()) {
	for _, p := range c {
		change(nil, p)
	}
	synced()
	return func() {}
}

// The clients of kube/kclient are informers. So is anything that can tell what it has
// and what changes.
func ExampleWrapClient() {
	one, other := web("web-1", "n1"), web("web-2", "n1")
	pods := krt.WrapClient[*Pod](cache{&one, &other})
	pods.WaitUntilSynced(nil)
	fmt.Println(len(pods.List()), "pods,", pods.GetKey("web-2") != nil)
	// Output: 2 pods, true
}

// What changes where krt cannot see it needs somebody to say so.
func ExampleNewRecomputeTrigger() {
	locality := "eu-1" // read from a file, say
	trigger := krt.NewRecomputeTrigger(true)
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	places := krt.NewCollection(pods, func(ctx krt.HandlerContext, p Pod) *string {
		trigger.MarkDependant(ctx)
		place := p.Name + " in " + locality
		return &place
	})
	wait(places)
	fmt.Println(places.List())
	locality = "us-2"
	trigger.TriggerRecomputation()
	wait(places)
	fmt.Println(places.List())
	// Output:
	// [web-1 in eu-1]
	// [web-1 in us-2]
}

func ExampleNewRecomputeProtected() {
	weights := krt.NewRecomputeProtected(map[string]int{"web-1": 10}, true)
	pods := krt.NewStaticCollection(nil, []Pod{web("web-1", "n1")})
	weighted := krt.NewCollection(pods, func(ctx krt.HandlerContext, p Pod) *string {
		text := fmt.Sprint(p.Name, " ", weights.Get(ctx)[p.Name])
		return &text
	})
	wait(weighted)
	weights.Modify(func(m *map[string]int) { *m = map[string]int{"web-1": 20} })
	wait(weighted)
	fmt.Println(weighted.List())
	// Output: [web-1 20]
}
