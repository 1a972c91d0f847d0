// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// watcher watches the pods of a server and keeps an object for each.
type watcher interface {
	derived() []scenario.Object
	close()
}

// begin starts a watcher. It calls told once for each object that it has made or
// changed, also the first time.
type begin func(config *rest.Config, told func()) watcher

// suite returns the scenarios of who can be started.
func suite(name string, start begin) scenario.Suite {
	return scenario.Suite{Name: name, Server: scenario.Server{
		List:  func(pods int) scenario.Case { return newList(start, pods) },
		Watch: func(pods int) scenario.Case { return newWatch(start, pods) },
	}}
}

func pod(i, version int) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: fmt.Sprint("pod-", i),
			Labels: map[string]string{"app": scenario.App(i % 100), "tier": "web"},
		},
		Spec: corev1.PodSpec{
			NodeName:   fmt.Sprint("node-", i%50),
			Containers: []corev1.Container{{Name: "app", Image: "app:v1", Ports: []corev1.ContainerPort{{ContainerPort: 8080}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.0.%d.%d", i/250, i%250), Message: fmt.Sprint(version)},
	}
}

// object is what both sides make of a pod.
func object(p *corev1.Pod) scenario.Object {
	o := scenario.Object{Name: p.Namespace + "/" + p.Name}
	for _, digit := range p.Status.Message {
		o.Payload[0] = o.Payload[0]*10 + int(digit-'0')
	}
	return o
}

func server(pods int) *kubefake.Server {
	objects := make([]runtime.Object, pods)
	for i := range objects {
		objects[i] = pod(i, 0)
	}
	return kubefake.NewServer(objects...)
}

// counter waits until something has happened so many times.
type counter struct {
	left atomic.Int64
	done chan struct{}
}

func newCounter() *counter { return &counter{done: make(chan struct{}, 1)} }

func (c *counter) told() {
	if c.left.Add(-1) == 0 {
		c.done <- struct{}{}
	}
}

func newList(start begin, pods int) scenario.Case {
	s := server(pods)
	var last watcher
	end := func() {
		if last != nil {
			last.close()
			last = nil
		}
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				end()
				c := newCounter()
				c.left.Store(int64(pods))
				begin := time.Now()
				last = start(s.RESTConfig(), c.told)
				<-c.done
				took += time.Since(begin)
			}
			return took / time.Duration(n)
		},
		Content: func() []scenario.Object { return last.derived() },
		Close: func() {
			end()
			s.Close()
		},
	}
}

func newWatch(start begin, pods int) scenario.Case {
	s, c := server(pods), newCounter()
	c.left.Store(int64(pods))
	w := start(s.RESTConfig(), c.told)
	<-c.done
	version := 0
	return scenario.Case{
		Do: func(n int) time.Duration {
			begin := time.Now()
			for range n {
				version++
				c.left.Store(1)
				must(s.Put(pod(version%pods, version)))
				<-c.done
			}
			return time.Since(begin) / time.Duration(n)
		},
		Content: w.derived,
		Close: func() {
			w.close()
			s.Close()
		},
	}
}
