// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

// printing is what a test would be: it says that it fails.
type printing struct {
	krttest.Failer

	cleanups []func()
}

func (*printing) Helper()                           {}
func (p *printing) Cleanup(f func())                { p.cleanups = append(p.cleanups, f) }
func (*printing) Logf(string, ...any)               {}
func (*printing) Fail()                             { fmt.Println("failed") }
func (*printing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// end is the end of the test.
func (p *printing) end() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}

// Pod and Endpoint are what the examples are about.
type Pod struct{ Name, IP string }

func (p Pod) ResourceName() string { return p.Name }

type Endpoint struct{ Pod, Address string }

func (e Endpoint) ResourceName() string { return e.Pod }

func toEndpoint(_ krt.HandlerContext, p Pod) *Endpoint {
	if p.IP == "" {
		return nil
	}
	return &Endpoint{p.Name, p.IP + ":80"}
}

func ExampleNewRecorder() {
	t := &printing{} // a *testing.T
	defer t.end()

	opts := krttest.Options(t)
	pods := krt.NewStaticCollection(nil, []Pod{{Name: "web"}}, opts.WithName("pods")...)
	endpoints := krt.NewCollection(pods, toEndpoint, opts.WithName("endpoints")...)
	rec := krttest.NewRecorder(t, endpoints)

	pods.UpdateObject(Pod{"web", "10.0.0.1"})
	rec.WaitOrdered("add/web")
	pods.UpdateObject(Pod{"web", "10.0.0.2"})
	e := rec.Next()
	fmt.Println(e.Event, "of", e.Old.Address, "to", e.New.Address)
	pods.DeleteObject("web")
	rec.WaitOrdered("delete/web")
	rec.Empty()
	// Output: update of 10.0.0.1:80 to 10.0.0.2:80
}

func ExampleCheckDerived() {
	t := &printing{} // a *testing.T
	defer t.end()

	opts := krttest.Options(t)
	port := 80
	withPort := func(_ krt.HandlerContext, p Pod) *Endpoint {
		return &Endpoint{p.Name, fmt.Sprintf("%s:%d", p.IP, port)}
	}
	pods := krt.NewStaticCollection(nil, []Pod{{"web", "10.0.0.1"}}, opts.WithName("pods")...)
	endpoints := krt.NewCollection(pods, withPort, opts.WithName("endpoints")...)
	krttest.CheckDerived(t, endpoints, pods, withPort)
	fmt.Println("as it must be:", endpoints.List())

	port = 8080 // which krt cannot see
	krttest.CheckDerived(t, endpoints, pods, withPort)
	// Output:
	// as it must be: [{web 10.0.0.1:80}]
	// failed
}

func ExampleContext() {
	pods := krt.NewStaticCollection(nil, []Pod{{"web", "10.0.0.1"}})
	address := func(ctx krt.HandlerContext, pod string) *string {
		found := krt.FetchKey(ctx, pods, pod)
		if found == nil {
			ctx.DiscardResult() // better an old one than none
			return nil
		}
		return &found.IP
	}
	var ctx krttest.Context
	fmt.Println(*address(&ctx, "web"), ctx.Discarded())
	fmt.Println(address(&ctx, "db"), ctx.Discarded())
	// Output:
	// 10.0.0.1 false
	// <nil> true
}

func ExampleNewMock() {
	t := &printing{} // a *testing.T
	defer t.end()

	mc := krttest.NewMock(t, []any{
		Pod{"web", "10.0.0.1"},
		`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {clusterIP: 10.96.0.1}
`,
	})
	services := krttest.GetMockCollection[*corev1.Service](mc)
	pods := krttest.GetMockCollection[Pod](mc)
	fmt.Println((*services.GetKey("default/web")).Spec.ClusterIP, pods.GetKey("web").IP)
	// Output: 10.96.0.1 10.0.0.1
}
