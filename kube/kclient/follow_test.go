// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/types"
)

func TestWaitFor_showsOwnWrites(t *testing.T) {
	client, stop, end := connect(t, nil)
	defer end()
	maps := kclient.New[*corev1.ConfigMap](client)
	mustRun(t, client, stop)
	for n := range 100 {
		m, err := kclient.CreateOrUpdateCtx(t.Context(), maps, settings("a", fmt.Sprint(n)))
		if err != nil {
			t.Fatal(err)
		}
		if err := maps.WaitFor(t.Context(), m.ResourceVersion); err != nil {
			t.Fatal(err)
		}
		if got := maps.Get("a", "shop"); got == nil || got.ResourceVersion != m.ResourceVersion {
			t.Fatalf("read %v, want what was written", got)
		}
	}
}

// What the server's selector hides is not announced. A change that is seen, or the
// bookmark of every minute, ends the wait.
func TestWaitFor_ofWhatTheSelectorHides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil)
		defer end()
		maps := kclient.NewFiltered[*corev1.ConfigMap](client, kclient.Filter{LabelSelector: "app=x"})
		mustRun(t, client, stop)
		hidden, err := maps.Create(settings("hidden", "1"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if err := maps.WaitFor(ctx, hidden.ResourceVersion); err != nil {
			t.Errorf("no bookmark ended the wait: %v", err)
		}

		if hidden, err = maps.Update(settings("hidden", "2")); err != nil {
			t.Fatal(err)
		}
		seen := settings("seen", "1")
		seen.Labels = map[string]string{"app": "x"}
		if _, err := maps.Create(seen); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := maps.WaitFor(ctx, hidden.ResourceVersion); err != nil || time.Since(began) > 0 {
			t.Errorf("waited %v for a change that is seen: %v", time.Since(began), err)
		}
	})
}

func TestState_ofADelayedClientFollowsItsDefinition(t *testing.T) {
	inCluster(t, func(c cluster) {
		delayed := c.delayed()
		expect := func(want kclient.Phase) {
			t.Helper()
			synctest.Wait()
			if got := delayed.State(); got.Phase != want || got.Err != nil {
				t.Errorf("State() = %v, want %v", got, want)
			}
		}
		expect(kclient.PhaseStarting)
		c.run()
		expect(kclient.PhaseAbsent)
		c.install("v1")
		expect(kclient.PhaseReady)
		c.uninstall()
		expect(kclient.PhaseAbsent)
		c.install("v1")
		expect(kclient.PhaseReady)
		delayed.Close()
		expect(kclient.PhaseStopped)
	})
}

func TestState_saysWhyAListFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A type that the server does not have.
		gv := definitions.GroupVersion()
		gvr, gvk := gv.WithResource("nothings"), gv.WithKind("Nothing")
		client, stop, end := connect(t, nil, kube.WithTypes(types.Of[*metav1.PartialObjectMetadata](gvk, gvr, types.ScopeCluster)))
		defer end()
		nothings := kclient.New[*metav1.PartialObjectMetadata](client)
		nothings.Start(stop)
		time.Sleep(time.Second)
		got := nothings.State()
		if got.Phase != kclient.PhaseFailed || !strings.HasPrefix(got.String(), "failed: list: ") {
			t.Errorf("State() = %v, want the error of the list", got)
		}
	})
}

func TestHasSyncedChecker_ofADelayedClientIsClosedWhenItsHandlerIsSynced(t *testing.T) {
	inCluster(t, func(c cluster) {
		var log journal
		delayed := c.delayed()
		registration := delayed.AddEventHandler(log.objects())
		done := registration.HasSyncedChecker().Done()
		if done == nil || registration.HasSynced() {
			t.Error("synced before it is known whether there is such a resource")
		}
		c.run()
		if !cache.IsDone(registration.HasSyncedChecker()) {
			t.Error("not synced although there is no such resource")
		}
	})
}

// Defects C.7 row 41.
func TestIdleHandlers_costNoGoroutineAndLessThanAKiB(t *testing.T) {
	client, stop, end := connect(t, []kruntime.Object{pod("shop", "a")})
	defer end()
	pods := kclient.New[*corev1.Pod](client)
	mustRun(t, client, stop)
	const n = 2000
	measure := func() (heap uint64, goroutines int) {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	heap, goroutines := measure()
	registrations := make([]cache.ResourceEventHandlerRegistration, n)
	for i := range registrations {
		registrations[i] = pods.AddEventHandler(cache.ResourceEventHandlerFuncs{})
	}
	for _, r := range registrations {
		<-r.HasSyncedChecker().Done()
	}
	// A goroutine that has closed the channel may still have to end.
	pods.ShutdownHandler(pods.AddEventHandler(cache.ResourceEventHandlerFuncs{}))
	var heapAfter uint64
	var goroutinesAfter int
	for range 1000 {
		if heapAfter, goroutinesAfter = measure(); goroutinesAfter <= goroutines {
			break
		}
		runtime.Gosched()
	}
	if goroutinesAfter > goroutines {
		t.Errorf("%d goroutines with the handlers, %d without", goroutinesAfter, goroutines)
	}
	each := (int64(heapAfter) - int64(heap)) / n
	if each >= 1024 {
		t.Errorf("%d bytes for each handler, want less than 1024", each)
	}
	t.Logf("%d bytes for each handler", each)
	runtime.KeepAlive(registrations)
}

func TestReads_copyNothingWhereNothingFilters(t *testing.T) {
	pods, byApp, end := manyPods(t, 1000)
	defer end()
	for name, c := range map[string]struct {
		most float64
		read func()
	}{
		"Get":                 {1, func() { pods.Get("p7", "shop") }},
		"List":                {2, func() { pods.List(metav1.NamespaceAll, klabels.Everything()) }},
		"List of a namespace": {3, func() { pods.List("shop", klabels.Everything()) }},
		"Lookup":              {3, func() { byApp.Lookup("x7") }},
	} {
		if got := testing.AllocsPerRun(100, c.read); got > c.most {
			t.Errorf("%s allocates %v times, want %v at most", name, got, c.most)
		}
	}
}

func manyPods(t testing.TB, n int) (kclient.Client[*corev1.Pod], kclient.Index[string, *corev1.Pod], func()) {
	t.Helper()
	objects := make([]kruntime.Object, n)
	for i := range objects {
		objects[i] = pod("shop", fmt.Sprintf("p%d", i), "app", fmt.Sprintf("x%d", i%100))
	}
	client := kubefake.NewClient(objects...)
	stop := make(chan struct{})
	pods := kclient.New[*corev1.Pod](client)
	byApp := kclient.CreateStringIndex(pods, "app", func(p *corev1.Pod) []string { return []string{p.Labels["app"]} })
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}
	return pods, byApp, func() {
		close(stop)
		client.Close()
	}
}

func BenchmarkReads(b *testing.B) {
	pods, byApp, end := manyPods(b, 10_000)
	defer end()
	someApp := klabels.SelectorFromSet(klabels.Set{"app": "x7"})
	for _, c := range []struct {
		name string
		read func()
	}{
		{"Get", func() { pods.Get("p7", "shop") }},
		{"List10k", func() { pods.List(metav1.NamespaceAll, klabels.Everything()) }},
		{"List100Of10kByLabel", func() { pods.List(metav1.NamespaceAll, someApp) }},
		{"Lookup100", func() { byApp.Lookup("x7") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.read()
			}
		})
	}
}
