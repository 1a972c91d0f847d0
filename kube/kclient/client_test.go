// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

var (
	_ krt.Informer[*corev1.Pod] = kclient.Client[*corev1.Pod](nil)
	_ krt.Informer[*corev1.Pod] = kclient.Informer[*corev1.Pod](nil)

	podsResource = corev1.SchemeGroupVersion.WithResource("pods")
)

// connect returns a client of a fake server with the objects, its stop channel, and
// a function that ends everything.
func connect(t *testing.T, objects []runtime.Object, opts ...kube.Option) (kube.Client, chan struct{}, func()) {
	t.Helper()
	shop := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
	server := kubefake.NewServer(append([]runtime.Object{shop}, objects...)...)
	client, err := kube.New(server.RESTConfig(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	return client, stop, func() {
		close(stop)
		client.Shutdown()
		server.Close()
	}
}

func pod(namespace, name string, labels ...string) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/app:1"}}},
	}
	for i := 0; i+1 < len(labels); i += 2 {
		metav1.SetMetaDataLabel(&p.ObjectMeta, labels[i], labels[i+1])
	}
	return p
}

func names[T controllers.Object](objects []T) []string {
	var found []string
	for _, o := range objects {
		found = append(found, o.GetNamespace()+"/"+o.GetName())
	}
	slices.Sort(found)
	return found
}

func expectNames(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", what, diff)
	}
}

func mustRun(t *testing.T, client kube.Client, stop chan struct{}) {
	t.Helper()
	if !client.RunAndWait(stop) {
		t.Fatal("client did not become ready")
	}
}

func TestReads_findWhatTheServerHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{
			pod("shop", "cart", "app", "cart"), pod("shop", "web"), pod("bank", "web", "app", "cart"),
			&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}},
		})
		defer end()
		pods, nodes := kclient.New[*corev1.Pod](client), kclient.New[*corev1.Node](client)
		if pods.Get("cart", "shop") != nil || pods.List("", klabels.Everything()) != nil || pods.HasSynced() {
			t.Error("something was found before the start")
		}
		mustRun(t, client, stop)

		if p := pods.Get("cart", "shop"); p == nil || p.Name != "cart" {
			t.Errorf("Get(cart, shop) = %v", p)
		}
		if pods.Get("shop/cart", "") != pods.Get("cart", "shop") {
			t.Error("a joined name does not find the object")
		}
		if p := pods.Get("cart", "bank"); p != nil {
			t.Errorf("Get(cart, bank) = %v, want none", p)
		}
		if n := nodes.Get("n1", ""); n == nil {
			t.Error("Get of a cluster-scoped object found none")
		}
		expectNames(t, "List all", names(pods.List(metav1.NamespaceAll, klabels.Everything())), "bank/web", "shop/cart", "shop/web")
		expectNames(t, "List shop", names(pods.List("shop", klabels.Everything())), "shop/cart", "shop/web")
		expectNames(t, "List app=cart", names(pods.List("", klabels.SelectorFromSet(klabels.Set{"app": "cart"}))), "bank/web", "shop/cart")
		if got := pods.Get("cart", "shop").ManagedFields; got != nil {
			t.Errorf("cached object has managed fields: %v", got)
		}
	})
}

func TestNewFiltered_appliesServerSideAndClientSideFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{
			pod("shop", "cart", "app", "cart"), pod("shop", "web"), pod("bank", "web", "app", "cart"),
		})
		defer end()
		byLabel := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{LabelSelector: "app=cart"})
		byNamespace := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Namespace: "shop"})
		byField := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{FieldSelector: "metadata.name=web"})
		byFilter := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{
			ObjectFilter: kubetypes.NewStaticObjectFilter(func(obj any) bool {
				return controllers.ExtractObject(obj).GetName() == "web"
			}),
		})
		mustRun(t, client, stop)
		all := klabels.Everything()
		expectNames(t, "by label", names(byLabel.ListUnfiltered("", all)), "bank/web", "shop/cart")
		expectNames(t, "by namespace", names(byNamespace.ListUnfiltered("", all)), "shop/cart", "shop/web")
		expectNames(t, "by field", names(byField.ListUnfiltered("", all)), "bank/web", "shop/web")
		expectNames(t, "by filter", names(byFilter.List("", all)), "bank/web", "shop/web")
		expectNames(t, "unfiltered", names(byFilter.ListUnfiltered("", all)), "bank/web", "shop/cart", "shop/web")
		if byFilter.Get("cart", "shop") != nil {
			t.Error("Get returned an object that the filter hides")
		}
	})
}

func TestWrites_goToTheServerAndComeBackToTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil)
		defer end()
		pods := kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)

		object := pod("shop", "cart")
		created, err := pods.Create(object)
		if err != nil || created.UID == "" || created.ResourceVersion == "" {
			t.Fatalf("Create = %v, %v; want the server's object", created, err)
		}
		if diff := cmp.Diff(pod("shop", "cart"), object); diff != "" {
			t.Errorf("Create changed its argument (-before +after):\n%s", diff)
		}
		synctest.Wait()
		cached := pods.Get("cart", "shop")
		if cached == nil || cached.UID != created.UID {
			t.Fatalf("cache has %v, want the object that was created", cached)
		}
		if _, err := pods.Create(pod("shop", "cart")); !apierrors.IsAlreadyExists(err) {
			t.Errorf("second Create returned %v, want AlreadyExists", err)
		}

		change := cached.DeepCopy()
		change.Labels = map[string]string{"v": "2"}
		updated, err := pods.Update(change)
		if err != nil || updated.Labels["v"] != "2" {
			t.Fatalf("Update = %v, %v", updated, err)
		}
		if _, err := pods.Update(change); !apierrors.IsConflict(err) {
			t.Errorf("Update of an old version returned %v, want a conflict", err)
		}

		status := updated.DeepCopy()
		status.Status.Phase = corev1.PodRunning
		status.Labels = map[string]string{"v": "not status"}
		updated, err = pods.UpdateStatus(status)
		if err != nil || updated.Status.Phase != corev1.PodRunning || updated.Labels["v"] != "2" {
			t.Fatalf("UpdateStatus = %v, %v; want the new status and the old labels", updated, err)
		}

		patched, err := pods.Patch("cart", "shop", apitypes.MergePatchType, []byte(`{"metadata":{"labels":{"v":"3"}}}`))
		if err != nil || patched.Labels["v"] != "3" {
			t.Fatalf("Patch = %v, %v", patched, err)
		}
		patched, err = pods.PatchStatus("cart", "shop", apitypes.MergePatchType, []byte(`{"status":{"phase":"Failed"}}`))
		if err != nil || patched.Status.Phase != corev1.PodFailed {
			t.Fatalf("PatchStatus = %v, %v", patched, err)
		}
		if err := kclient.ToPatcher(pods).Patch("cart", "shop", apitypes.MergePatchType, []byte(`{"metadata":{"labels":{"v":"4"}}}`)); err != nil {
			t.Fatalf("Patcher.Patch: %v", err)
		}
		applied, err := pods.ApplyStatus("cart", "shop", apitypes.ApplyPatchType,
			[]byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"cart"},"status":{"message":"applied"}}`), "tester")
		if err != nil || applied.Status.Message != "applied" || applied.Status.Phase != corev1.PodFailed {
			t.Fatalf("ApplyStatus = %v, %v; want the message beside the phase", applied, err)
		}
		synctest.Wait()
		if got := pods.Get("cart", "shop"); got.Labels["v"] != "4" || got.Status.Phase != corev1.PodFailed {
			t.Errorf("cache has labels %v and phase %s, want those of the last writes", got.Labels, got.Status.Phase)
		}
		if err := pods.Delete("cart", "shop"); err != nil {
			t.Fatal(err)
		}
		if err := pods.Delete("cart", "shop"); controllers.IgnoreNotFound(err) != nil || err == nil {
			t.Errorf("second Delete returned %v, want NotFound", err)
		}
		synctest.Wait()
		if got := pods.Get("cart", "shop"); got != nil {
			t.Errorf("cache has %v after the deletion", got)
		}
		if _, err := pods.Create(nil); err == nil {
			t.Error("Create(nil) returned no error")
		}
	})
}

// Defects C.1 row 13: CreateOrUpdate updated without a resource version, which a real
// server refuses for custom resources.
func TestCreateOrUpdate_replacesTheCurrentVersionUnlessOneIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _, end := connect(t, nil)
		defer end()
		maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
		desired := &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "settings"},
			Data:       map[string]string{"v": "1"},
		}
		first, err := kclient.CreateOrUpdate(maps, desired)
		if err != nil || first.Data["v"] != "1" {
			t.Fatalf("first CreateOrUpdate = %v, %v", first, err)
		}
		desired.Data["v"] = "2"
		second, err := kclient.CreateOrUpdate(maps, desired)
		if err != nil || second.Data["v"] != "2" || second.UID != first.UID {
			t.Fatalf("second CreateOrUpdate = %v, %v; want an update", second, err)
		}
		if desired.ResourceVersion != "" {
			t.Error("the argument was changed")
		}
		stale := first.DeepCopy()
		if _, err := kclient.CreateOrUpdate(maps, stale); !apierrors.IsConflict(err) {
			t.Errorf("CreateOrUpdate of an old version returned %v, want a conflict", err)
		}
		if got, err := kclient.CreateOrUpdate(maps, second.DeepCopy()); err != nil {
			t.Errorf("CreateOrUpdate of the current version = %v, %v", got, err)
		}
	})
}

func TestUntypedDynamicAndMetadata_cacheTheirOwnForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "cart", "app", "cart")})
		defer end()
		untyped := kclient.NewUntypedInformer(client, podsResource, kclient.Filter{})
		dynamic := kclient.NewDynamic(client, podsResource, kclient.Filter{})
		metadata := kclient.NewMetadata(client, podsResource, kclient.Filter{})
		typed := kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)
		for want, got := range map[string]controllers.Object{
			"*v1.Pod":                    untyped.Get("cart", "shop"),
			"*unstructured.Unstructured": dynamic.Get("cart", "shop"),
			"*v1.PartialObjectMetadata":  metadata.Get("cart", "shop"),
		} {
			if got == nil || reflect.TypeOf(got).String() != want || got.GetLabels()["app"] != "cart" {
				t.Errorf("got a %T, want a %s with its labels", got, want)
			}
		}
		if u, ok := dynamic.Get("cart", "shop").(*unstructured.Unstructured); !ok || u.GetKind() != "Pod" {
			t.Errorf("dynamic object is %v", u)
		}
		if untyped.Get("cart", "shop") != controllers.Object(typed.Get("cart", "shop")) {
			t.Error("typed and untyped client do not share a cache")
		}
	})
}

// Order is a type that no scheme knows.
type Order struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec OrderSpec `json:"spec"`
}

// OrderSpec is what an order asks for.
type OrderSpec struct {
	Item string `json:"item"`
}

// DeepCopyObject copies the order.
func (o *Order) DeepCopyObject() runtime.Object {
	c := *o
	o.DeepCopyInto(&c.ObjectMeta)
	return &c
}

var (
	orderKind     = schema.GroupVersionKind{Group: "shop.example.com", Version: "v1", Kind: "Order"}
	orderResource = orderKind.GroupVersion().WithResource("orders")
)

func orderDefinition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "orders.shop.example.com"},
		"spec": map[string]any{
			"group": "shop.example.com",
			"scope": "Namespaced",
			"names": map[string]any{"plural": "orders", "singular": "order", "kind": "Order", "listKind": "OrderList"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
}

// Defects B1, B4, B5, B6: a registered type is read, written and watched like any
// other, found by resource too, and in every form.
func TestRegisteredType_worksLikeOneOfTheScheme(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{orderDefinition()},
			kube.WithTypes(types.Of[*Order](orderKind, orderResource, types.ScopeNamespaced)))
		defer end()
		orders := kclient.New[*Order](client)
		untyped := kclient.NewUntypedInformer(client, orderResource, kclient.Filter{})
		metadata := kclient.NewMetadata(client, orderResource, kclient.Filter{})
		mustRun(t, client, stop)
		created, err := orders.Create(&Order{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "one"}, Spec: OrderSpec{Item: "tea"},
		})
		if err != nil || created.Spec.Item != "tea" {
			t.Fatalf("Create = %v, %v", created, err)
		}
		synctest.Wait()
		if got := orders.Get("one", "shop"); got == nil || got.Spec.Item != "tea" {
			t.Errorf("typed Get = %v", got)
		}
		if got, ok := untyped.Get("one", "shop").(*Order); !ok || got.Spec.Item != "tea" {
			t.Errorf("untyped Get = %v", got)
		}
		if got := metadata.Get("one", "shop"); got == nil {
			t.Error("metadata Get found nothing")
		}
		if _, err := kclient.CreateOrUpdate(orders, &Order{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "one"}, Spec: OrderSpec{Item: "coffee"},
		}); err != nil {
			t.Errorf("CreateOrUpdate: %v", err)
		}
		synctest.Wait()
		if got := orders.Get("one", "shop"); got.Spec.Item != "coffee" {
			t.Errorf("after CreateOrUpdate the cache has %v", got.Spec)
		}
	})
}

// Defects C.1 row 15.
func TestUnknownType_isAnErrorOrAPanicThatNamesTheRemedy(t *testing.T) {
	client, _, end := connect(t, nil)
	defer end()
	_, err := kclient.TryNew[*Order](client)
	if !errors.Is(err, types.ErrUnknown) || !strings.Contains(err.Error(), "*kclient_test.Order") ||
		!strings.Contains(err.Error(), "kube.WithTypes") {
		t.Errorf("TryNew returned %v, want the type and the remedy", err)
	}
	if _, err := kclient.TryNewUntypedInformer(client, orderResource, kclient.Filter{}); !errors.Is(err, types.ErrUnknown) {
		t.Errorf("TryNewUntypedInformer returned %v, want ErrUnknown", err)
	}
	if _, err := kclient.TryNewWriteClient[*Order](client); !errors.Is(err, types.ErrUnknown) {
		t.Errorf("TryNewWriteClient returned %v, want ErrUnknown", err)
	}
	defer func() {
		if text, _ := recover().(string); text != err.Error() {
			t.Errorf("New panicked with %q, want %q", text, err)
		}
	}()
	kclient.New[*Order](client)
}

func TestToOpts_defaultsTheNamespaceOfNamespacedResourcesOnly(t *testing.T) {
	client, _, end := connect(t, nil, kube.WithDefaultNamespace("shop"), kube.WithClusterID("east"))
	defer end()
	for _, tt := range []struct {
		name     string
		resource schema.GroupVersionResource
		filter   kclient.Filter
		want     kubetypes.InformerOptions
	}{
		{"namespaced", podsResource, kclient.Filter{LabelSelector: "a=b"}, kubetypes.InformerOptions{Cluster: "east", Namespace: "shop", LabelSelector: "a=b"}},
		{"namespace given", podsResource, kclient.Filter{Namespace: "bank"}, kubetypes.InformerOptions{Cluster: "east", Namespace: "bank"}},
		{"cluster scoped", corev1.SchemeGroupVersion.WithResource("nodes"), kclient.Filter{FieldSelector: "x=y"}, kubetypes.InformerOptions{Cluster: "east", FieldSelector: "x=y"}},
		{"unknown scope", orderResource, kclient.Filter{}, kubetypes.InformerOptions{Cluster: "east"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, kclient.ToOpts(client, tt.resource, tt.filter)); diff != "" {
				t.Errorf("ToOpts mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
