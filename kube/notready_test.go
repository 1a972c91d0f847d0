// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// states returns what is not ready, with how long it has been so.
func states(client kube.Client) []string {
	var all []string
	for _, n := range client.NotReady() {
		all = append(all, n.String()+" for "+time.Since(n.Since).String())
	}
	return all
}

func TestNotReady_saysWhatIsMissingAndWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"))
		config := server.RESTConfig()
		inner := config.Transport
		var refuses atomic.Bool
		refuses.Store(true)
		config.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/nodes") {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			if refuses.Load() {
				return &http.Response{
					StatusCode: http.StatusForbidden, Body: io.NopCloser(strings.NewReader("not for you")), Request: r,
				}, nil
			}
			return inner.RoundTrip(r)
		})
		client := newClient(t, config)
		if got := client.NotReady(); got != nil {
			t.Errorf("without informers: %v", got)
		}
		expect := func(when string, want ...string) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, states(client)); diff != "" {
				t.Errorf("%s, not ready mismatch (-want +got):\n%s", when, diff)
			}
		}
		stop := make(chan struct{})
		kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Namespace: "shop", LabelSelector: "a!=b", FieldSelector: "metadata.name=cart"})
		nodes := kclient.New[*corev1.Node](client)
		time.Sleep(time.Second)
		expect("before the start",
			"nodes.v1 is not started for 1s",
			"pods.v1 (namespace shop, labels a!=b, fields metadata.name=cart) is not started for 1s")
		client.Informers().Start(stop)
		time.Sleep(10 * time.Second)
		expect("while the server refuses",
			"nodes.v1 is starting for 10s",
			"pods.v1 (namespace shop, labels a!=b, fields metadata.name=cart) is failing: list: not for you (get pods) for 10s")
		refuses.Store(false)
		nodes.Close()
		time.Sleep(time.Minute)
		expect("when all is well, and nodes are not needed any more")
		server.Close()
		time.Sleep(time.Minute)
		expect("while the server is away")
		close(stop)
		client.Shutdown()
		expect("at the end")
	})
}

func TestNotReady_namesItsFields(t *testing.T) {
	client := kubefake.NewClient()
	defer client.Close()
	kclient.NewMetadata(client, corev1.SchemeGroupVersion.WithResource("pods"), kclient.Filter{Namespace: "shop", LabelSelector: "a=b"})
	got := client.NotReady()
	if len(got) != 1 || got[0].Resource.Resource != "pods" || got[0].Namespace != "shop" || got[0].LabelSelector != "a=b" ||
		got[0].InformerType.String() != "metadata" || got[0].State != "NotStarted" || got[0].LastError != nil {
		t.Errorf("not ready: %+v", got)
	}
}

// TestWithInformerErrors_isToldOfEveryFailure counts lists and watches that fail, and not
// those that end as they do. (Contract R-20.)
func TestWithInformerErrors_isToldOfEveryFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"))
		defer server.Close()
		server.FailNext(1, kubefake.Match{Verb: "list", Resource: "pods"}, apierrors.NewServiceUnavailable("closed"))
		server.FailNext(1, kubefake.Match{Verb: "watch", Resource: "pods"}, apierrors.NewServiceUnavailable("closed"))
		var mu sync.Mutex
		var got []string
		client, err := kube.New(server.RESTConfig(), kube.WithInformerErrors(func(resource schema.GroupVersionResource, err error) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, resource.Resource+": "+err.Error())
		}))
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		kclient.New[*corev1.Pod](client)
		if !client.RunAndWait(stop) {
			t.Fatal("not ready")
		}
		server.CutWatches(kubefake.Match{})
		time.Sleep(time.Minute)
		close(stop)
		client.Shutdown()
		mu.Lock()
		defer mu.Unlock()
		want := []string{"pods: watch: closed", "pods: list: closed"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
	})
}
