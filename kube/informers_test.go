// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// traffic is a transport that notes what informers ask for.
type traffic struct {
	inner   http.RoundTripper
	refuses bool // lists are not streamed

	mu       sync.Mutex
	requests []*http.Request
}

func (tr *traffic) RoundTrip(r *http.Request) (*http.Response, error) {
	tr.mu.Lock()
	tr.requests = append(tr.requests, r)
	tr.mu.Unlock()
	if tr.refuses && r.URL.Query().Get("sendInitialEvents") == "true" {
		return &http.Response{
			StatusCode: http.StatusUnprocessableEntity,
			Header:     http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(
				`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422,"message":"no streams in here"}`)),
			Request: r,
		}, nil
	}
	return tr.inner.RoundTrip(r)
}

// log returns what was asked for, in order.
func (tr *traffic) log() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	var kinds []string
	for _, r := range tr.requests {
		q := r.URL.Query()
		switch {
		case q.Get("sendInitialEvents") == "true":
			kinds = append(kinds, "stream")
		case q.Get("watch") != "":
			kinds = append(kinds, "watch")
		default:
			kinds = append(kinds, "list")
		}
	}
	return kinds
}

// open returns how many requests have not ended.
func (tr *traffic) open() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	n := 0
	for _, r := range tr.requests {
		if r.Context().Err() == nil {
			n++
		}
	}
	return n
}

func observed(t *testing.T, server *kubefake.Server, refuses bool) (kube.Client, *traffic) {
	t.Helper()
	config := server.RESTConfig()
	tr := &traffic{inner: config.Transport, refuses: refuses}
	config.Transport = tr
	return newClient(t, config), tr
}

func hasCart[T controllers.Object](pods kclient.Informer[T]) func() bool {
	return func() bool { return controllers.ExtractObject(pods.Get("cart", "shop")) != nil }
}

func TestInformers_streamTheFirstStateWhereTheServerCan(t *testing.T) {
	for _, tt := range []struct {
		name    string
		refuses bool
		want    string
	}{
		{"can", false, "stream"},
		{"cannot", true, "list stream watch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubefake.NewServer(pod("shop", "cart"))
				client, tr := observed(t, server, tt.refuses)
				resource := corev1.SchemeGroupVersion.WithResource("pods")
				stop := make(chan struct{})
				for form, has := range map[string]func() bool{
					"typed":    hasCart(kclient.NewUntypedInformer(client, resource, kclient.Filter{})),
					"dynamic":  hasCart(kclient.NewDynamic(client, resource, kclient.Filter{})),
					"metadata": hasCart(kclient.NewMetadata(client, resource, kclient.Filter{})),
				} {
					if !client.RunAndWait(stop) || !has() {
						t.Errorf("%s informer has not got its state", form)
					}
				}
				synctest.Wait()
				got := tr.log()
				slices.Sort(got)
				if got := strings.Join(slices.Compact(got), " "); got != tt.want {
					t.Errorf("informers asked for %q, want %q", got, tt.want)
				}
				close(stop)
				client.Shutdown()
				server.Close()
			})
		})
	}
}

// Defects C.1 row 8: an informer lived on when nobody used it any more.
func TestInformerFor_watchEndsWithTheLastCollection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"))
		client, tr := observed(t, server, false)
		stop, first, second := make(chan struct{}), make(chan struct{}), make(chan struct{})
		krt.NewInformer[*corev1.Pod](client, krt.WithStop(first))
		pods := krt.NewInformer[*corev1.Pod](client, krt.WithStop(second))
		if !client.RunAndWait(stop) {
			t.Fatal("not ready")
		}
		close(first)
		synctest.Wait()
		if n := tr.open(); n != 1 {
			t.Errorf("%d watches are open, want the one of the other collection", n)
		}
		if err := server.Put(pod("shop", "web")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := len(pods.List()); n != 2 {
			t.Errorf("the other collection has %d pods, want 2", n)
		}
		close(second)
		synctest.Wait()
		if n := tr.open(); n != 0 {
			t.Errorf("%d watches are open, want none: nobody uses them", n)
		}
		close(stop)
		client.Shutdown()
		server.Close()
	})
}

// An informer whose server refuses it at first, as while rights are still on their
// way, is ready when they have arrived.
func TestInformers_recoverFromErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"))
		config := server.RESTConfig()
		inner, began := config.Transport, time.Now()
		config.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			if time.Since(began) < 3*time.Second {
				return nil, io.ErrUnexpectedEOF
			}
			return inner.RoundTrip(r)
		})
		client := newClient(t, config)
		pods := kclient.New[*corev1.Pod](client)
		stop := make(chan struct{})
		if !client.RunAndWait(stop) || len(pods.List("", klabels.Everything())) != 1 {
			t.Error("the informer did not recover")
		}
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("ready after %v, want soon after 3s", d)
		}
		close(stop)
		client.Shutdown()
		server.Close()
	})
}
