// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

var (
	things      = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "things"}
	definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
)

// definition defines things in versions, of which only those without a minus are served.
func definition(versions ...string) *unstructured.Unstructured {
	var list []any
	for i, v := range versions {
		name, notServed := strings.CutPrefix(v, "-")
		list = append(list, map[string]any{"name": name, "served": !notServed, "storage": i == 0})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "things.example.com"},
		"spec": map[string]any{
			"group": "example.com", "scope": "Cluster", "names": map[string]any{"plural": "things", "kind": "Thing"}, "versions": list,
		},
	}}
}

func thing(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": name},
	}}
}

// cluster is a fake server that things may come to.
type cluster struct {
	t      *testing.T
	client kube.Client
	stop   chan struct{}
}

// inCluster runs f with a client that runs as soon as f says so.
func inCluster(t *testing.T, f func(c cluster), objects ...runtime.Object) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, objects)
		defer end()
		f(cluster{t, client, stop})
	})
}

func (c cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c cluster) install(versions ...string) {
	c.t.Helper()
	_, err := c.client.Dynamic().Resource(definitions).Create(c.t.Context(), definition(versions...), metav1.CreateOptions{})
	c.must(err)
	synctest.Wait()
}

func (c cluster) uninstall() {
	c.t.Helper()
	c.must(c.client.Dynamic().Resource(definitions).Delete(c.t.Context(), "things.example.com", metav1.DeleteOptions{}))
	synctest.Wait()
}

func (c cluster) make(names ...string) {
	c.t.Helper()
	for _, name := range names {
		_, err := c.client.Dynamic().Resource(things).Create(c.t.Context(), thing(name), metav1.CreateOptions{})
		c.must(err)
	}
	synctest.Wait()
}

func (c cluster) run() {
	c.t.Helper()
	if !c.client.RunAndWait(c.stop) {
		c.t.Fatal("not ready")
	}
	synctest.Wait()
}

func (c cluster) delayed() kclient.Informer[controllers.Object] {
	return kclient.NewDelayedInformer[controllers.Object](c.client, things, kubetypes.DynamicInformer, kclient.Filter{})
}

func (j *journal) objects() controllers.EventHandler[controllers.Object] {
	return controllers.EventHandler[controllers.Object]{
		AddFunc:    func(o controllers.Object) { j.write("add", o.GetName()) },
		UpdateFunc: func(_, o controllers.Object) { j.write("update", o.GetName()) },
		DeleteFunc: func(o controllers.Object) { j.write("delete", o.GetName()) },
	}
}

func all(i kclient.Informer[controllers.Object]) []string {
	return names(i.List(metav1.NamespaceAll, klabels.Everything()))
}

func byFirstLetter(o controllers.Object) []string { return []string{o.GetName()[:1]} }

// Defects C.1 row 4: the definition of a resource goes, and its objects with it; it
// comes back, and they are read again.
func TestNewDelayedInformer_followsTheLifeOfItsDefinition(t *testing.T) {
	inCluster(t, func(c cluster) {
		var log journal
		delayed := c.delayed()
		reg := delayed.AddEventHandler(log.objects())
		index := delayed.Index("letter", byFirstLetter)
		if delayed.HasSynced() {
			t.Error("synced before it is known whether there is such a resource")
		}
		c.run()
		if !delayed.HasSynced() || !reg.HasSynced() || all(delayed) != nil || index.Lookup("a") != nil {
			t.Errorf("a resource that does not exist: synced %v, handler %v, objects %v", delayed.HasSynced(), reg.HasSynced(), all(delayed))
		}
		for range 2 {
			c.install("v1")
			c.make("a1", "b1")
			log.expect(t, "add a1, add b1")
			expectNames(t, "objects", all(delayed), "/a1", "/b1")
			if found := index.Lookup("a"); len(found) != 1 {
				t.Errorf("%d objects in the index, want 1", len(found))
			}
			c.uninstall()
			synctest.Wait()
			if got := all(delayed); got != nil || index.Lookup("a") != nil || !delayed.HasSynced() {
				t.Errorf("of a resource that is gone: %v, synced %v", got, delayed.HasSynced())
			}
			log.mu.Lock()
			if len(log.entries) != 2 || !strings.HasPrefix(log.entries[0], "delete") || !strings.HasPrefix(log.entries[1], "delete") {
				t.Errorf("handler was told %q, want two deletions", log.entries)
			}
			log.entries = nil
			log.mu.Unlock()
		}
	})
}

// What is there from the start is there when RunAndWait returns.
func TestNewDelayedInformer_isSyncedWithTheObjectsThatAreThere(t *testing.T) {
	inCluster(t, func(c cluster) {
		var log journal
		delayed := c.delayed()
		goOn := make(chan struct{})
		delayed.AddEventHandler(controllers.EventHandler[controllers.Object]{AddFunc: func(controllers.Object) { <-goOn }})
		delayed.AddEventHandler(log.objects())
		if !c.client.RunAndWait(c.stop) {
			t.Fatal("not ready")
		}
		expectNames(t, "objects", all(delayed), "/a")
		if delayed.HasSynced() {
			t.Error("synced while a handler is at work on the first object")
		}
		close(goOn)
		log.expect(t, "add a")
		if !delayed.HasSynced() {
			t.Error("not synced")
		}
	}, definition("v1"), thing("a"))
}

// Defects C.1 row 3: a version that is not served is not listed.
func TestNewDelayedInformer_waitsUntilItsVersionIsServed(t *testing.T) {
	inCluster(t, func(c cluster) {
		delayed := c.delayed()
		c.install("v1alpha1", "-v1")
		c.run()
		if !delayed.HasSynced() || all(delayed) != nil {
			t.Errorf("synced %v, objects %v", delayed.HasSynced(), all(delayed))
		}
		served := definition("v1alpha1", "v1")
		change := func() {
			got, err := c.client.Dynamic().Resource(definitions).Get(t.Context(), served.GetName(), metav1.GetOptions{})
			c.must(err)
			got.Object["spec"] = served.Object["spec"]
			_, err = c.client.Dynamic().Resource(definitions).Update(t.Context(), got, metav1.UpdateOptions{})
			c.must(err)
			synctest.Wait()
		}
		change()
		c.make("a")
		expectNames(t, "objects", all(delayed), "/a")
		served = definition("v1alpha1", "-v1")
		change()
		expectNames(t, "objects of a version that is not served any more", all(delayed))
	})
}

func TestNewDelayedInformer_thatIsMadeLateStartsByItself(t *testing.T) {
	inCluster(t, func(c cluster) {
		c.run()
		delayed := c.delayed()
		synctest.Wait()
		c.install("v1")
		c.make("a")
		expectNames(t, "objects", all(delayed), "/a")

		second := kclient.NewDelayedInformer[controllers.Object](c.client, things, kubetypes.MetadataInformer, kclient.Filter{})
		synctest.Wait()
		expectNames(t, "objects of one that has to be started", all(second))
		second.Start(c.stop)
		synctest.Wait()
		expectNames(t, "objects of one that was started", all(second), "/a")
	})
}

func TestNewFilteredDelayed_writesAreNotDelayed(t *testing.T) {
	inCluster(t, func(c cluster) {
		pods := kclient.NewFilteredDelayed[*corev1.Pod](c.client, podsResource, kclient.Filter{Namespace: "shop"})
		c.run()
		if _, err := pods.Create(pod("shop", "web")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		// Pods have no definition: the server was asked.
		expectNames(t, "pods", names(pods.List("shop", klabels.Everything())), "shop/web")
	})
}

func TestNewDelayedInformer_closedLeavesNothingBehind(t *testing.T) {
	inCluster(t, func(c cluster) {
		c.run()
		var log journal
		delayed := c.delayed()
		delayed.AddEventHandler(log.objects())
		synctest.Wait()
		delayed.Close()
		c.install("v1")
		c.make("a")
		log.expect(t, "")
		if all(delayed) != nil {
			t.Error("a closed informer was started")
		}
	})
}

func TestCrdWatcher_callsBackOnce(t *testing.T) {
	inCluster(t, func(c cluster) {
		watcher := c.client.CrdWatcher()
		var calls []int
		for i := range 3 {
			if watcher.KnownOrCallback(things, func(stop <-chan struct{}) {
				calls = append(calls, i)
				if stop == nil {
					t.Error("called without the stop channel of the watcher")
				}
			}) {
				t.Error("a resource is known that is not there")
			}
		}
		c.run()
		c.install("v1")
		if fmt.Sprint(calls) != "[0 1 2]" {
			t.Errorf("calls %v, want one each, in order", calls)
		}
		c.uninstall()
		c.install("v1")
		if len(calls) != 3 {
			t.Errorf("%d calls after the resource came back, want 3", len(calls))
		}
		if !watcher.KnownOrCallback(things, func(<-chan struct{}) { t.Error("called though it is known") }) ||
			!watcher.Known(things) || !watcher.WaitForCRD(things, c.stop) {
			t.Error("the resource is not known")
		}
		stopped := make(chan struct{})
		close(stopped)
		if other := things.GroupVersion().WithResource("others"); watcher.WaitForCRD(other, stopped) {
			t.Error("waited for what is not there, with success")
		}
	})
}

// Definitions that a filter leaves out are not there, until they change.
func TestNewDelayedInformer_waitsForADefinitionThatPassesTheFilters(t *testing.T) {
	const annotation = "example.com/version"
	recent, err := kube.MinimumCRDVersions(map[string]string{"things.example.com": "1.1.0"}, annotation)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil, kube.WithCRDFilter(recent), kube.WithCRDFilter(kube.SelectCRDs("*.example.org", "")))
		defer end()
		c := cluster{t, client, stop}
		delayed := c.delayed()
		c.run()
		c.install("v1")
		c.make("a")
		expectNames(t, "objects of a definition without a version", all(delayed))
		patch := []byte(`{"metadata":{"annotations":{"` + annotation + `":"1.1.0"}}}`)
		_, err := client.Dynamic().Resource(definitions).Patch(t.Context(), "things.example.com", apitypes.MergePatchType, patch, metav1.PatchOptions{})
		c.must(err)
		synctest.Wait()
		expectNames(t, "objects", all(delayed), "/a")
	})
}

// Without the right to list definitions, the API server is asked for each resource.
func TestCrdWatcher_asksTheServerWhereDefinitionsMayNotBeListed(t *testing.T) {
	refusal := answering{
		path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", status: http.StatusForbidden,
		body: `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`,
	}
	inClusterBehind(t, refusal, func(c cluster) {
		delayed := c.delayed()
		c.run()
		expectNames(t, "objects", all(delayed), "/a")
		if c.client.CrdWatcher().Known(things.GroupVersion().WithResource("others")) {
			t.Error("known, and not there")
		}
	}, definition("v1"), thing("a"))
}

// What an API server says of a group can be older than what it says of a definition.
func TestCrdWatcher_doesNotAskAboutADefinitionThatHasJustGone(t *testing.T) {
	late := answering{path: "/apis/example.com/v1", status: http.StatusOK, body: `{"kind":"APIResourceList","apiVersion":"v1","resources":[{"name":"things"}]}`}
	inClusterBehind(t, late, func(c cluster) {
		c.delayed()
		c.run()
		if !c.client.CrdWatcher().Known(things) {
			t.Error("the resource is not known")
		}
		c.uninstall()
		if c.client.CrdWatcher().Known(things) {
			t.Error("the resource is known, and its definition has gone")
		}
	}, definition("v1"))
}

// inClusterBehind is inCluster for a client whose requests go through a transport.
func inClusterBehind(t *testing.T, transport interception, f func(c cluster), objects ...runtime.Object) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(objects...)
		defer server.Close()
		config := server.RESTConfig()
		config.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return interceptor{transport, next}
		})
		client, err := kube.New(config)
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		defer client.Shutdown()
		defer close(stop)
		f(cluster{t, client, stop})
	})
}

// interception is what happens to requests instead of being sent, or nil.
type interception interface {
	intercept(request *http.Request) (*http.Response, error)
}

type interceptor struct {
	interception

	next http.RoundTripper
}

func (i interceptor) RoundTrip(request *http.Request) (*http.Response, error) {
	if response, err := i.intercept(request); response != nil || err != nil {
		return response, err
	}
	return i.next.RoundTrip(request)
}

// answering answers requests for a path.
type answering struct {
	path   string
	status int
	body   string
}

func (a answering) intercept(request *http.Request) (*http.Response, error) {
	if request.URL.Path != a.path {
		return nil, nil //nolint:nilnil // it is sent
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: request,
	}, nil
}

// silence lets requests for a path wait until they are given up.
type silence string

func (s silence) intercept(request *http.Request) (*http.Response, error) {
	if request.URL.Path != string(s) {
		return nil, nil //nolint:nilnil // it is sent
	}
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// A group whose server does not answer is not served, and keeps nobody else waiting.
func TestCrdWatcher_givesUpAGroupThatDoesNotAnswer(t *testing.T) {
	inClusterBehind(t, silence("/apis/example.org/v1"), func(c cluster) {
		silent := schema.GroupVersionResource{Group: "example.org", Version: "v1", Resource: "things"}
		other := kclient.NewDelayedInformer[controllers.Object](c.client, silent, kubetypes.DynamicInformer, kclient.Filter{})
		delayed := c.delayed()
		c.run()
		expectNames(t, "objects", all(delayed), "/a")
		expectNames(t, "objects of a group that does not answer", all(other))
	}, definition("v1"), thing("a"))
}

// Who waits for a delayed client is told what that waits for.
func TestNotReady_saysWhyDefinitionsAreNotKnown(t *testing.T) {
	failure := answering{
		path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", status: http.StatusInternalServerError,
		body: `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"InternalError","code":500,"message":"broken"}`,
	}
	inClusterBehind(t, failure, func(c cluster) {
		if got := c.client.NotReady(); got != nil {
			t.Errorf("not ready, and nobody waits: %v", got)
		}
		c.delayed()
		expectNotReady(t, c.client, "things.v1.example.com (dynamic, optional) is not started",
			"customresourcedefinitions.v1.apiextensions.k8s.io is not started")
		ended, stop := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			if c.client.RunAndWait(stop) {
				t.Error("ready")
			}
		}()
		synctest.Wait()
		expectNotReady(t, c.client, "things.v1.example.com (dynamic, optional) is starting",
			"customresourcedefinitions.v1.apiextensions.k8s.io is failing: list: broken")
		close(stop)
		<-ended
	})
}

func expectNotReady(t *testing.T, client kube.Client, want ...string) {
	t.Helper()
	var got []string
	for _, n := range client.NotReady() {
		got = append(got, n.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is not ready mismatch (-want +got):\n%s", diff)
	}
}
