// SPDX-License-Identifier: Apache-2.0

package informerfactory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

var pods = corev1.SchemeGroupVersion.WithResource("pods")

// empty returns an informer of a server without pods, or of one that fails.
func empty(err error) func() cache.SharedIndexInformer {
	return func() cache.SharedIndexInformer {
		return informer.New(informer.Config{
			Name:     "pods",
			Expected: &corev1.Pod{},
			ListerWatcher: withoutStreams{&cache.ListWatch{
				ListWithContextFunc: func(context.Context, metav1.ListOptions) (runtime.Object, error) {
					return &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "1"}}, err
				},
				WatchFuncWithContext: func(ctx context.Context, _ metav1.ListOptions) (watch.Interface, error) {
					return watch.NewFake(), nil
				},
			}},
		})
	}
}

type withoutStreams struct{ *cache.ListWatch }

func (withoutStreams) IsWatchListSemanticsUnSupported() bool { return true }

func TestInformerFor_sharesWhatIsTheSame(t *testing.T) {
	transform := func(obj any) (any, error) { return obj, nil }
	closure := func(kept any) func(any) (any, error) {
		return func(any) (any, error) { return kept, nil }
	}
	base := kubetypes.InformerOptions{}
	one := closure(1)
	for _, tt := range []struct {
		name     string
		resource schema.GroupVersionResource
		a, b     kubetypes.InformerOptions
		want     bool
	}{
		{"same", pods, base, base, true},
		{"cluster does not matter", pods, base, kubetypes.InformerOptions{Cluster: "east"}, true},
		{"resource", corev1.SchemeGroupVersion.WithResource("services"), base, base, false},
		{"label selector", pods, base, kubetypes.InformerOptions{LabelSelector: "a=b"}, false},
		{"field selector", pods, base, kubetypes.InformerOptions{FieldSelector: "a=b"}, false},
		{"namespace", pods, base, kubetypes.InformerOptions{Namespace: "a"}, false},
		{"form", pods, base, kubetypes.InformerOptions{InformerType: kubetypes.MetadataInformer}, false},
		{"transform or none", pods, base, kubetypes.InformerOptions{ObjectTransform: transform}, false},
		{"same transform", pods, kubetypes.InformerOptions{ObjectTransform: transform}, kubetypes.InformerOptions{ObjectTransform: transform}, true},
		{"same closure", pods, kubetypes.InformerOptions{ObjectTransform: one}, kubetypes.InformerOptions{ObjectTransform: one}, true},
		{"closures of one function", pods, kubetypes.InformerOptions{ObjectTransform: one}, kubetypes.InformerOptions{ObjectTransform: closure(2)}, false},
		{
			"same name", pods,
			kubetypes.InformerOptions{ObjectTransform: one, TransformKey: "n"},
			kubetypes.InformerOptions{ObjectTransform: closure(2), TransformKey: "n"},
			true,
		},
		{
			"other name", pods,
			kubetypes.InformerOptions{ObjectTransform: one, TransformKey: "n"},
			kubetypes.InformerOptions{ObjectTransform: one, TransformKey: "m"},
			false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := informerfactory.NewSharedInformerFactory()
			a := f.InformerFor(pods, tt.a, empty(nil))
			b := f.InformerFor(tt.resource, tt.b, empty(nil))
			if got := a.Informer == b.Informer; got != tt.want {
				t.Errorf("shared: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestStart_startsEachInformerOnceAndLaterOnesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := informerfactory.NewSharedInformerFactory()
		first, second := make(chan struct{}), make(chan struct{})
		a := f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		f.Start(first)
		f.Start(first)
		b := f.InformerFor(pods, kubetypes.InformerOptions{Namespace: "b"}, empty(nil))
		if !f.WaitForCacheSync(first) || !a.Informer.HasSynced() || b.Informer.HasSynced() {
			t.Errorf("synced %v and %v, want true and false: one was started", a.Informer.HasSynced(), b.Informer.HasSynced())
		}
		f.Start(second)
		b.Start(first) // it runs already
		f.WaitForCacheSync(second)
		close(first)
		synctest.Wait()
		if !a.Informer.IsStopped() || b.Informer.IsStopped() {
			t.Errorf("stopped %v and %v, want true and false: each has its own stop", a.Informer.IsStopped(), b.Informer.IsStopped())
		}
		close(second)
		f.Shutdown()
		f.Shutdown()
		late := f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		f.Start(make(chan struct{}))
		synctest.Wait()
		if late.Informer.HasSynced() {
			t.Error("an informer was started after Shutdown")
		}
	})
}

func TestWait_namesWhatIsNotReadyAndWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := informerfactory.NewSharedInformerFactory()
		f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		f.InformerFor(pods, kubetypes.InformerOptions{Namespace: "shop", LabelSelector: "a=b"}, empty(errors.New("pods is forbidden")))
		ctx, cancel := context.WithCancelCause(t.Context())
		f.Start(ctx.Done())
		synctest.Wait()
		enough := errors.New("waited enough")
		cancel(enough)
		err := f.Wait(ctx)
		if !errors.Is(err, enough) {
			t.Errorf("Wait returned %v, want the cause", err)
		}
		for _, want := range []string{"pods.v1 (namespace shop, labels a=b)", "pods is forbidden"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not mention %q", err, want)
			}
		}
		if strings.Contains(err.Error(), "pods.v1 is not ready") {
			t.Errorf("error %q mentions an informer that is ready", err)
		}
		f.Shutdown()
	})
}

func TestRelease_endsWithTheLastLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := informerfactory.NewSharedInformerFactory()
		stop := make(chan struct{})
		a := f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		b := f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		f.Start(stop)
		a.Release()
		a.Release()
		synctest.Wait()
		if b.Informer.IsStopped() {
			t.Error("one lease ended what another has")
		}
		b.Release()
		synctest.Wait()
		if !b.Informer.IsStopped() {
			t.Error("informer goes on without leases")
		}
		c := f.InformerFor(pods, kubetypes.InformerOptions{}, empty(nil))
		if c.Informer == a.Informer {
			t.Error("the factory gave out an informer that has ended")
		}
		c.Release() // never started
		c.Start(stop)
		synctest.Wait()
		if !c.Informer.IsStopped() || c.Informer.HasSynced() {
			t.Error("an informer was started after its last lease was released")
		}
		f.Shutdown() // must not wait for stop: nothing runs
		close(stop)
	})
}

func TestFactory_isSafeForConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := informerfactory.NewSharedInformerFactory()
		stop := make(chan struct{})
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				for range 20 {
					s := f.InformerFor(pods, kubetypes.InformerOptions{Namespace: string(rune('a' + n%2))}, empty(nil))
					s.Start(stop)
					f.Start(stop)
					if !f.WaitForCacheSync(stop) {
						t.Error("not synced")
					}
					s.Release()
				}
			})
		}
		all.Wait()
		close(stop)
		f.Shutdown()
	})
}
