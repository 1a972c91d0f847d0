// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

func pod(namespace, name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/app:1"}}},
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func newClient(t *testing.T, config *rest.Config, opts ...kube.Option) kube.Client {
	t.Helper()
	client, err := kube.New(config, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// a client that is made of what is wrong only on the network is no error yet.
func TestNew_asksTheServerNothing(t *testing.T) {
	requests := 0
	client := newClient(t, &rest.Config{Host: "http://nowhere.invalid", Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		requests++
		return nil, errors.New("no network in here")
	})})
	kclient.New[*corev1.Pod](client)
	kclient.NewDynamic(client, schema.GroupVersionResource{Group: "g", Version: "v1", Resource: "things"}, kclient.Filter{})
	if _, err := client.InformerFor(reflect.TypeFor[*corev1.Node](), kubetypes.Filter{}); err != nil {
		t.Error(err)
	}
	client.Shutdown()
	if requests != 0 {
		t.Errorf("%d requests were made", requests)
	}
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	twice := types.Of[*corev1.Pod](corev1.SchemeGroupVersion.WithKind("Pod"), corev1.SchemeGroupVersion.WithResource("pods"), types.ScopeNamespaced)
	other := types.Of[*corev1.Service](corev1.SchemeGroupVersion.WithKind("Pod"), corev1.SchemeGroupVersion.WithResource("pods"), types.ScopeNamespaced)
	for _, tt := range []struct {
		name   string
		config *rest.Config
		opts   []kube.Option
		want   string
	}{
		{"no config", nil, nil, "no rest config"},
		{"bad host", &rest.Config{Host: "http://[::1"}, nil, "http://[::1"},
		{"no such file", &rest.Config{Host: "https://h", TLSClientConfig: rest.TLSClientConfig{CAFile: "/no/such/ca"}}, nil, "/no/such/ca"},
		{"conflicting types", &rest.Config{Host: "h"}, []kube.Option{kube.WithTypes(twice, other)}, "pods"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := kube.New(tt.config, tt.opts...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New returned %v, want an error about %q", err, tt.want)
			}
		})
	}
}

// what is made from one client shares its limit, so that twenty kinds of objects
// are no reason for twenty times the load.
//
// Defects C.3 row 19.
func TestNew_sharesOneTransportAndOneLimiter(t *testing.T) {
	var mu sync.Mutex
	waits := 0
	limiter := &countingLimiter{waited: func() {
		mu.Lock()
		defer mu.Unlock()
		waits++
	}}
	server := kubefake.NewServer(pod("shop", "cart"))
	defer server.Close()
	config := server.RESTConfig()
	config.RateLimiter = limiter
	inner, trips := config.Transport, 0
	config.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		trips++
		return inner.RoundTrip(r)
	})
	client := newClient(t, config)
	ctx := t.Context()
	resource := corev1.SchemeGroupVersion.WithResource("pods")
	if _, err := client.Dynamic().Resource(resource).Namespace("shop").Get(ctx, "cart", metav1.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Metadata().Resource(resource).Namespace("shop").Get(ctx, "cart", metav1.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := kclient.NewWriteClient[*corev1.Pod](client).Delete("cart", "shop"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetKubernetesVersion(); err != nil {
		t.Fatal(err)
	}
	// Other people's clients share it too.
	own, err := dynamic.NewForConfigAndClient(client.RESTConfig(), client.HTTPClient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := own.Resource(resource).Namespace("shop").List(ctx, metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if waits != 5 || trips != 5 {
		t.Errorf("limiter was asked %d times, and the transport %d times, for 5 requests", waits, trips)
	}
}

type countingLimiter struct{ waited func() }

func (l *countingLimiter) TryAccept() bool            { return true }
func (l *countingLimiter) Accept()                    { l.waited() }
func (l *countingLimiter) Stop()                      {}
func (l *countingLimiter) QPS() float32               { return 1 }
func (l *countingLimiter) Wait(context.Context) error { l.waited(); return nil }

func TestNew_limitsRequestsUnlessToldNotTo(t *testing.T) {
	for _, tt := range []struct {
		name string
		qps  float32
		want float32
	}{{"default", 0, 80}, {"given", 7, 7}, {"none", -1, -1}} {
		t.Run(tt.name, func(t *testing.T) {
			limiter := newClient(t, &rest.Config{Host: "h", QPS: tt.qps}).RESTConfig().RateLimiter
			got := float32(-1)
			if limiter != nil {
				got = limiter.QPS()
			}
			if got != tt.want {
				t.Errorf("limit is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOptions_sayHowRequestsAreMade(t *testing.T) {
	var header http.Header
	config := &rest.Config{
		Host: "http://h", UserAgent: "config's", QPS: 3, RateLimiter: &countingLimiter{waited: func() {}},
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			header = r.Header
			return nil, errors.New("no network in here")
		}),
	}
	client := newClient(t, config,
		kube.WithImpersonation(rest.ImpersonationConfig{UserName: "jane", Groups: []string{"dev", "ops"}}),
		kube.WithUserAgent("mine"), kube.WithRateLimit(40, 50))
	_, _ = client.GetKubernetesVersion()
	if header.Get("Impersonate-User") != "jane" || !slices.Equal(header["Impersonate-Group"], []string{"dev", "ops"}) || header.Get("User-Agent") != "mine" {
		t.Errorf("request has %v", header)
	}
	if own := client.RESTConfig(); own.RateLimiter.QPS() != 40 || own.Burst != 50 {
		t.Errorf("limit is %v and %d, want 40 and 50", own.RateLimiter.QPS(), own.Burst)
	}
	if newClient(t, config, kube.WithRateLimit(-1, 0)).RESTConfig().RateLimiter != nil {
		t.Error("there is a limit although there was to be none")
	}
	if config.UserAgent != "config's" || config.QPS != 3 || config.Impersonate.UserName != "" || config.RateLimiter == nil {
		t.Errorf("the caller's configuration was changed: %v", config)
	}
	config.UserAgent = ""
	_, _ = newClient(t, config).GetKubernetesVersion()
	if want := kube.UserAgent(); header.Get("User-Agent") != want || !strings.HasPrefix(want, "kube.test/") {
		t.Errorf("request has user agent %q, want %q", header.Get("User-Agent"), want)
	}
}

// Built-in types are asked for as protobuf; others, and by request, as JSON.
func TestRequests_preferProtobufForTypesThatHaveIt(t *testing.T) {
	var accepts []string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		accepts = append(accepts, r.Header.Get("Accept"))
		return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	})
	patch := func(config *rest.Config) {
		client := newClient(t, config)
		_, _ = kclient.NewWriteClient[*corev1.Pod](client).Patch("p", "n", "", nil)
	}
	patch(&rest.Config{Host: "http://h", Transport: transport})
	patch(&rest.Config{Host: "http://h", Transport: transport, ContentConfig: rest.ContentConfig{AcceptContentTypes: "application/json"}})
	want := []string{"application/vnd.kubernetes.protobuf,application/json", "application/json"}
	if !slices.Equal(accepts, want) {
		t.Errorf("accepted %q, want %q", accepts, want)
	}
}

func TestRun_startsWhatWasMadeSinceAndMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}})
		client := newClient(t, server.RESTConfig())
		ctx, cancel := context.WithCancel(t.Context())
		if err := client.Run(ctx); err != nil {
			t.Errorf("Run without informers returned %v", err)
		}
		pods := kclient.New[*corev1.Pod](client)
		if err := client.Run(ctx); err != nil {
			t.Error(err)
		}
		nodes := kclient.New[*corev1.Node](client)
		if pods.Get("cart", "shop") == nil || nodes.HasSynced() {
			t.Error("want pods to be there, and nodes not to be")
		}
		if !client.RunAndWait(ctx.Done()) || nodes.Get("n1", "") == nil {
			t.Error("nodes were not started by the second call")
		}
		cancel()
		client.Shutdown()
		if err := client.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run after the end returned %v, want the context's error", err)
		}
		if client.RunAndWait(ctx.Done()) {
			t.Error("RunAndWait after the end returned true")
		}
		server.Close()
	})
}

func TestRun_saysWhatIsNotReadyAndWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, &rest.Config{Host: "http://h", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusForbidden, Body: io.NopCloser(strings.NewReader("pods are not for you")), Request: r,
			}, nil
		})})
		kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Namespace: "shop"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := client.Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run returned %v, want the deadline", err)
		}
		for _, want := range []string{"pods.v1 (namespace shop) is not ready: list: pods are not for you"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v does not mention %q", err, want)
			}
		}
		client.Shutdown()
	})
}

// nothing polls. What is ready is seen in the same instant.
//
// Defects C.3 row 21.
func TestRunAndWait_returnsWithTheLastList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		config := server.RESTConfig()
		inner := config.Transport
		config.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			time.Sleep(7 * time.Millisecond)
			return inner.RoundTrip(r)
		})
		client := newClient(t, config)
		for _, namespace := range []string{"a", "b", "c", "d"} {
			kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Namespace: namespace})
		}
		stop := make(chan struct{})
		began := time.Now()
		if !client.RunAndWait(stop) {
			t.Error("not ready")
		}
		if d := time.Since(began); d > 15*time.Millisecond {
			t.Errorf("ready after %v; one list takes 7ms", d)
		}
		close(stop)
		client.Shutdown()
		server.Close()
	})
}

func TestInformerFor_feedsKRTAndGoesWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"), pod("bank", "vault"))
		client := newClient(t, server.RESTConfig())
		stop, collectionStop := make(chan struct{}), make(chan struct{})
		pods := krt.NewInformer[*corev1.Pod](client, krt.WithStop(collectionStop))
		shop := krt.NewFilteredInformer[*corev1.Pod](client, kubetypes.Filter{Namespace: "shop"}, krt.WithStop(stop))
		if !client.RunAndWait(stop) {
			t.Fatal("not ready")
		}
		synctest.Wait()
		if n := len(pods.List()); n != 2 || !pods.HasSynced() {
			t.Errorf("collection has %d pods, synced %v; want 2, true", n, pods.HasSynced())
		}
		if got := shop.GetKey("shop/cart"); got == nil || (*got).Name != "cart" || len(shop.List()) != 1 {
			t.Errorf("filtered collection has %v", shop.List())
		}
		late := krt.NewInformer[*corev1.Pod](client, krt.WithStop(stop))
		if !client.RunAndWait(stop) {
			t.Fatal("not ready again")
		}
		synctest.Wait()
		if n := len(late.List()); n != 2 {
			t.Errorf("a later collection has %d pods, want 2", n)
		}

		close(collectionStop)
		if err := server.Put(pod("shop", "web")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(late.List()) != 3 || len(shop.List()) != 2 {
			t.Errorf("after the end of one collection the others have %d and %d pods, want 3 and 2", len(late.List()), len(shop.List()))
		}
		close(stop)
		client.Shutdown()
		server.Close()
	})
}

func TestInformerFor_namesATypeThatItDoesNotKnow(t *testing.T) {
	client := newClient(t, &rest.Config{Host: "h"})
	_, err := client.InformerFor(reflect.TypeFor[*metav1.APIGroup](), kubetypes.Filter{})
	if !errors.Is(err, types.ErrUnknown) || !strings.Contains(err.Error(), "*v1.APIGroup") {
		t.Errorf("InformerFor returned %v, want ErrUnknown and the type's name", err)
	}
}

func TestNew_knowsTheTypesOfTheSchemeThatItIsGiven(t *testing.T) {
	version := schema.GroupVersion{Group: "shop.example.com", Version: "v1"}
	own := runtime.NewScheme()
	own.AddKnownTypeWithName(version.WithKind("Cake"), &corev1.ConfigMap{})
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.AddSpecific(version.WithKind("Cake"), version.WithResource("kuchen"), version.WithResource("kuchen"), meta.RESTScopeRoot)

	client := newClient(t, &rest.Config{Host: "h"}, kube.WithScheme(own), kube.WithRESTMapper(mapper))
	if info, err := client.Types().ForType(reflect.TypeFor[*corev1.ConfigMap]()); err != nil || info.GVR.Resource != "kuchen" {
		t.Errorf("ForType = %v, %v; want the mapper's name", info.GVR, err)
	}
	if _, err := client.Types().ForType(reflect.TypeFor[*corev1.Pod]()); !errors.Is(err, types.ErrUnknown) {
		t.Errorf("ForType(Pod) returned %v, want ErrUnknown: the scheme has no pods", err)
	}
	if _, err := kclient.TryNew[*corev1.ConfigMap](client); err == nil || !strings.Contains(err.Error(), "list of") {
		t.Errorf("TryNew returned %v, want that the scheme has no list of cakes", err)
	}
	if _, err := client.RESTClient(types.Info{}); err == nil {
		t.Error("RESTClient took an Info that is not a registry's")
	}
}

func TestClient_keepsItsSettings(t *testing.T) {
	filter := kubetypes.NewStaticObjectFilter(func(any) bool { return true })
	client := newClient(t, &rest.Config{Host: "https://h"},
		kube.WithClusterID("east"), kube.WithObjectFilter(filter), kube.WithDefaultNamespace("shop"))
	if client.ClusterID() != "east" || client.DefaultNamespace() != "shop" || client.ObjectFilter() == nil {
		t.Errorf("client has %q, %q, %v", client.ClusterID(), client.DefaultNamespace(), client.ObjectFilter())
	}
	client.RESTConfig().Host = "changed"
	if client.RESTConfig().Host != "https://h" {
		t.Error("RESTConfig is no copy")
	}
	if got := newClient(t, &rest.Config{}).ObjectFilter(); got != nil {
		t.Errorf("ObjectFilter is %v, want nil", got)
	}
}

func TestEnsureTypeMeta_knowsTypesOfKubernetes(t *testing.T) {
	if p := kube.EnsureTypeMeta(&corev1.Pod{}); p.Kind != "Pod" || p.APIVersion != "v1" {
		t.Errorf("EnsureTypeMeta set %v", p.TypeMeta)
	}
	if p := kube.EnsureTypeMeta(&corev1.Pod{TypeMeta: metav1.TypeMeta{Kind: "Own"}}); p.Kind != "Own" {
		t.Errorf("EnsureTypeMeta overwrote %v", p.TypeMeta)
	}
}
