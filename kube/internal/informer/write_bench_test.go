// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

// handedOver is a server whose watch hands over one event at a time.
type handedOver struct {
	list   *corev1.ConfigMapList
	events chan watch.Event
}

func (h handedOver) List(metav1.ListOptions) (runtime.Object, error)   { return h.list, nil }
func (h handedOver) Watch(metav1.ListOptions) (watch.Interface, error) { return h, nil }
func (h handedOver) IsWatchListSemanticsUnSupported() bool             { return true }
func (h handedOver) ResultChan() <-chan watch.Event                    { return h.events }
func (h handedOver) Stop()                                             {}
func (h handedOver) ListWithContext(context.Context, metav1.ListOptions) (runtime.Object, error) {
	return h.list, nil
}

// BenchmarkWrite is how long an update takes until the next is taken, of 100,000 objects.
func BenchmarkWrite(b *testing.B) {
	const many = 100_000
	byData := func(obj any) []string { return []string{obj.(*corev1.ConfigMap).Labels["node"]} }
	version := func(i, n int) *corev1.ConfigMap {
		o := configMap(fmt.Sprint("ns", i%50), fmt.Sprint("o", i), "app", fmt.Sprint("a", i%20), "node", fmt.Sprint("n", i/100))
		o.ResourceVersion = fmt.Sprint(n)
		return o
	}
	run := func(b *testing.B, start func(lw cache.ListerWatcher) (end func())) {
		h := handedOver{&corev1.ConfigMapList{ListMeta: metav1.ListMeta{ResourceVersion: "1"}}, make(chan watch.Event)}
		for i := range many {
			h.list.Items = append(h.list.Items, *version(i, 1))
		}
		events := make([]watch.Event, 0, 1000)
		for i := range cap(events) {
			events = append(events, watch.Event{Type: watch.Modified, Object: version(i*97%many, 2+i)})
		}
		end := start(h)
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			h.events <- events[n%len(events)]
			n++
		}
		end()
	}
	b.Run("krtkit", func(b *testing.B) {
		run(b, func(lw cache.ListerWatcher) func() {
			i := informer.New(informer.Config{Name: "x", ListerWatcher: lw, Expected: &corev1.ConfigMap{}})
			v := informer.NewView(i, nil, nil)
			v.AddIndex(byData)
			ctx, cancel := context.WithCancel(context.Background())
			go i.RunWithContext(ctx)
			<-i.HasSyncedChecker().Done()
			return cancel
		})
	})
	b.Run("client-go", func(b *testing.B) {
		run(b, func(lw cache.ListerWatcher) func() {
			i := cache.NewSharedIndexInformer(lw, &corev1.ConfigMap{}, 0, cache.Indexers{
				cache.NamespaceIndex: cache.MetaNamespaceIndexFunc,
				"node":               func(obj any) ([]string, error) { return byData(obj), nil },
			})
			ctx, cancel := context.WithCancel(context.Background())
			go i.RunWithContext(ctx)
			<-i.HasSyncedChecker().Done()
			return cancel
		})
	})
}
