// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/kubefake"
)

func clientOf(t *testing.T, server *kubefake.Server) *kubernetes.Clientset {
	t.Helper()
	client, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func newServer(t *testing.T, objects ...runtime.Object) (*kubefake.Server, *kubernetes.Clientset) {
	t.Helper()
	server := kubefake.NewServer(objects...)
	t.Cleanup(server.Close)
	return server, clientOf(t, server)
}

func TestNewServer_keepsWhatItIsGiven(t *testing.T) {
	given := pod("shop", "web")
	given.UID, given.ResourceVersion = "uid-1", "999"
	given.Status.Phase = corev1.PodRunning
	_, client := newServer(t, given, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"a": "b"}}})
	got, err := client.CoreV1().Pods("shop").Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.UID != "uid-1" || got.Status.Phase != corev1.PodRunning || got.ResourceVersion == "999" || got.Generation != 1 {
		t.Errorf("uid %s, phase %s, resourceVersion %s, generation %d", got.UID, got.Status.Phase, got.ResourceVersion, got.Generation)
	}
	if given.ResourceVersion != "999" {
		t.Error("the given object was changed")
	}
	ns, err := client.CoreV1().Namespaces().Get(t.Context(), "shop", metav1.GetOptions{})
	if err != nil || ns.Labels["a"] != "b" || ns.Status.Phase != corev1.NamespaceActive {
		t.Errorf("namespace %v, %v", ns, err)
	}
}

// Defects C.4 row 28.
func TestNewServer_panicsWithTheRemedy(t *testing.T) {
	custom := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget", "metadata": map[string]any{"name": "a"},
	}}
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		want    string
	}{
		{"twice", []runtime.Object{pod("a", "b"), pod("a", "b")}, `kubefake.NewServer: *v1.Pod "a/b" is given twice: remove one`},
		{"not served", []runtime.Object{custom}, `kubefake.NewServer: example.com/v1, Kind=Widget is not served: give its CustomResourceDefinition first`},
		{"no name", []runtime.Object{pod("a", "")}, `kubefake.NewServer: Pod "": Pod "" is invalid: metadata.name: Required value: name or generateName is required`},
		{"no kind", []runtime.Object{&metav1.PartialObjectMetadata{}}, `kubefake.NewServer: *v1.PartialObjectMetadata is not a built-in kind: set its apiVersion and kind`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(tt.want, recover()); diff != "" {
					t.Errorf("panic mismatch (-want +got):\n%s", diff)
				}
			}()
			kubefake.NewServer(tt.objects...)
		})
	}
}

func TestPut_replacesWithStatusAndSaysNothingWhenNothingChanged(t *testing.T) {
	server, client := newServer(t, pod("shop", "web"))
	before, err := client.CoreV1().Pods("shop").Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.CoreV1().Pods("shop").Watch(t.Context(), metav1.ListOptions{ResourceVersion: before.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if err := server.Put(pod("shop", "web")); err != nil {
		t.Fatal(err)
	}
	running := pod("shop", "web")
	running.Status.Phase = corev1.PodRunning
	if err := server.Put(running); err != nil {
		t.Fatal(err)
	}
	event := <-w.ResultChan()
	got := event.Object.(*corev1.Pod)
	if event.Type != watch.Modified || got.Status.Phase != corev1.PodRunning || got.UID != before.UID || got.Generation != 1 {
		t.Errorf("first event is %s with phase %s, generation %d", event.Type, got.Status.Phase, got.Generation)
	}
}

func TestCompact_expiresWatchesAndPages(t *testing.T) {
	server, client := newServer(t, pod("shop", "a"), pod("shop", "b"))
	pods := client.CoreV1().Pods("shop")
	page, err := pods.List(t.Context(), metav1.ListOptions{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Put(pod("shop", "c")); err != nil {
		t.Fatal(err)
	}
	server.Compact()
	if _, err := pods.List(t.Context(), metav1.ListOptions{Limit: 1, Continue: page.Continue}); !apierrors.IsResourceExpired(err) {
		t.Errorf("continued list: got %v, want expired", err)
	}
	w, err := pods.Watch(t.Context(), metav1.ListOptions{ResourceVersion: page.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	event := <-w.ResultChan()
	if event.Type != watch.Error || !apierrors.IsResourceExpired(apierrors.FromObject(event.Object)) {
		t.Errorf("watch: got %s %v, want an error that says expired", event.Type, event.Object)
	}
}

func TestWatch_bookmarksEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		client := clientOf(t, server)
		w, err := client.CoreV1().Pods("").Watch(t.Context(), metav1.ListOptions{AllowWatchBookmarks: true})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		start := time.Now()
		if err := server.Put(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a"}}); err != nil {
			t.Fatal(err)
		}
		maps, err := client.CoreV1().ConfigMaps("").List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		event := <-w.ResultChan()
		if event.Type != watch.Bookmark || time.Since(start) != time.Minute {
			t.Errorf("got %s after %v", event.Type, time.Since(start))
		}
		if got := event.Object.(*corev1.Pod).ResourceVersion; got != maps.ResourceVersion {
			t.Errorf("bookmark at %s, want %s, which something else reached", got, maps.ResourceVersion)
		}
	})
}

func TestWatch_slowClientDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		client := clientOf(t, server)
		// This client opens a watch and does not read it.
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://kubefake/api/v1/configmaps?watch=true", nil)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := server.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer slow.Body.Close()
		fast, err := client.CoreV1().ConfigMaps("").Watch(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer fast.Stop()
		const count = 1000
		go func() {
			for i := range count {
				if err := server.Put(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("cm-", i)}}); err != nil {
					t.Error(err)
				}
			}
		}()
		for range count {
			<-fast.ResultChan()
		}
		// What the slow client finds in the end is all there.
		body := make([]byte, 1<<20)
		n := 0
		for bytes.Count(body[:n], []byte("\n")) < count {
			m, err := slow.Body.Read(body[n:])
			if err != nil {
				t.Fatal(err)
			}
			n += m
		}
	})
}

func TestDeleteNamespace_takesItsContentAndWaitsForFinalizers(t *testing.T) {
	held := pod("shop", "held")
	held.Finalizers = []string{"example.com/wait"}
	_, client := newServer(t, pod("shop", "web"), held, pod("bank", "vault"))
	ctx := t.Context()
	if err := client.CoreV1().Namespaces().Delete(ctx, "shop", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	ns, err := client.CoreV1().Namespaces().Get(ctx, "shop", metav1.GetOptions{})
	if err != nil || ns.Status.Phase != corev1.NamespaceTerminating || ns.DeletionTimestamp == nil {
		t.Fatalf("namespace %v, %v; want it terminating", ns, err)
	}
	if _, err := client.CoreV1().Pods("shop").Get(ctx, "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("web: got %v, want not found", err)
	}
	_, err = client.CoreV1().Pods("shop").Create(ctx, pod("shop", "new"), metav1.CreateOptions{})
	if !apierrors.IsForbidden(err) || !apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) ||
		!strings.Contains(err.Error(), `pods "new" is forbidden: unable to create new content in namespace shop because it is being terminated`) {
		t.Errorf("create: got %v", err)
	}
	marked, err := client.CoreV1().Pods("shop").Get(ctx, "held", metav1.GetOptions{})
	if err != nil || marked.DeletionTimestamp == nil {
		t.Fatalf("held: %v, %v; want it marked", marked, err)
	}
	marked.Finalizers = nil
	if _, err := client.CoreV1().Pods("shop").Update(ctx, marked, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().Namespaces().Get(ctx, "shop", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("namespace: got %v, want not found", err)
	}
	if _, err := client.CoreV1().Pods("bank").Get(ctx, "vault", metav1.GetOptions{}); err != nil {
		t.Errorf("another namespace lost its pod: %v", err)
	}
	if err := client.CoreV1().Namespaces().Delete(ctx, "default", metav1.DeleteOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("default: got %v, want forbidden", err)
	}
}

func TestTransport_endsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://kubefake/api/v1/pods?watch=true", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		cancel()
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("body: got %v, want that the context was canceled", err)
		}
		if _, err := server.Transport().RoundTrip(req); !errors.Is(err, context.Canceled) { //nolint:bodyclose // there is none
			t.Errorf("another request: got %v, want that the context was canceled", err)
		}
		// The bubble fails if the watch's goroutine is left; the server was not closed.
	})
}

func TestClose_endsWatchesAndRefusesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "web"))
		client := clientOf(t, server)
		w, err := client.CoreV1().Pods("").Watch(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		server.Close()
		server.Close()
		for range w.ResultChan() {
		}
		_, err = client.CoreV1().Pods("shop").Get(t.Context(), "web", metav1.GetOptions{})
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want a refused connection", err)
		}
		if _, err := server.Listen(""); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("listen: got %v, want a refused connection", err)
		}
	})
}

func TestClose_leavesNoGoroutineOfListeners(t *testing.T) {
	server := kubefake.NewServer()
	addr, err := server.Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/api/v1/pods?watch=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	server.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Log("the watch ended in good order")
	}
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kubefake.(*Server)", "net/http.(*conn).serve", "net/http.(*Server).Serve"} {
		if strings.Contains(stacks.String(), name) {
			t.Errorf("%s is left:\n%s", name, stacks.String())
		}
	}
}

func TestListen_isForThisMachineOnly(t *testing.T) {
	server := kubefake.NewServer()
	defer server.Close()
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:80", "example.com:80", "nonsense"} {
		if got, err := server.Listen(addr); err == nil {
			t.Errorf("%s: got %s, want an error", addr, got)
		}
	}
}

func TestSetVersion_changesWhatTheServerSaysItIs(t *testing.T) {
	client := kubefake.NewClient()
	defer client.Close()
	client.Server().SetVersion("1.30")
	v, err := client.GetKubernetesVersion()
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Major + "." + v.Minor + " " + v.GitVersion; got != "1.30 v1.30.0+kubefake" {
		t.Errorf("got version %s", got)
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "write it like 1.30") {
			t.Errorf("panic with %q", got)
		}
	}()
	client.Server().SetVersion("newest")
}
