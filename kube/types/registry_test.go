// SPDX-License-Identifier: Apache-2.0

package types_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/types"
)

// order is a type of the user's own.
type order struct {
	metav1.TypeMeta
	metav1.ObjectMeta

	Item string
}

func (o *order) DeepCopyObject() runtime.Object {
	c := *o
	return &c
}

// cake is another one, whose plural only the server knows.
type cake struct{ order }

func (o *cake) DeepCopyObject() runtime.Object {
	c := *o
	return &c
}

var (
	version  = schema.GroupVersion{Group: "shop.example.com", Version: "v1"}
	podKind  = corev1.SchemeGroupVersion.WithKind("Pod")
	ofOrders = types.Of[*order](version.WithKind("Order"), version.WithResource("orders"), types.ScopeNamespaced)
)

type summary struct {
	GVK   schema.GroupVersionKind
	GVR   schema.GroupVersionResource
	Scope types.Scope
	Type  string
}

func summarise(i types.Info) summary { return summary{i.GVK, i.GVR, i.Scope, i.Type.String()} }

func TestRegistry_findsATypeOfTheSchemeEveryWay(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	want := summary{podKind, corev1.SchemeGroupVersion.WithResource("pods"), types.ScopeNamespaced, "*v1.Pod"}
	lookups := map[string]func() (types.Info, error){
		"resource": func() (types.Info, error) { return registry.ForResource(want.GVR) },
		"type":     func() (types.Info, error) { return registry.ForType(reflect.TypeFor[*corev1.Pod]()) },
		"kind":     func() (types.Info, error) { return registry.ForKind(podKind) },
		"object":   func() (types.Info, error) { return registry.ForObject(&corev1.Pod{}) },
		"unstructured object": func() (types.Info, error) {
			u := &unstructured.Unstructured{}
			u.SetGroupVersionKind(podKind)
			return registry.ForObject(u)
		},
	}
	for name, lookup := range lookups {
		t.Run(name, func(t *testing.T) {
			got, err := lookup()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, summarise(got)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if _, ok := got.New().(*corev1.Pod); !ok || !got.DecodesProtobuf() {
				t.Errorf("New is a %T, protobuf %v; want a pod, true", got.New(), got.DecodesProtobuf())
			}
			if list, err := got.NewList(); err != nil || reflect.TypeOf(list) != reflect.TypeFor[*corev1.PodList]() {
				t.Errorf("NewList = %T, %v", list, err)
			}
		})
	}
}

func TestRegistry_findsARegisteredTypeEveryWay(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	if err := registry.Register(ofOrders); err != nil {
		t.Fatal(err)
	}
	if err := registry.Register(ofOrders); err != nil {
		t.Errorf("registering the same again: %v", err)
	}
	want := summary{version.WithKind("Order"), version.WithResource("orders"), types.ScopeNamespaced, "*types_test.order"}
	for name, lookup := range map[string]func() (types.Info, error){
		"resource": func() (types.Info, error) { return registry.ForResource(want.GVR) },
		"type":     func() (types.Info, error) { return registry.ForType(reflect.TypeFor[*order]()) },
		"kind":     func() (types.Info, error) { return registry.ForKind(want.GVK) },
	} {
		got, err := lookup()
		if err != nil {
			t.Fatalf("by %s: %v", name, err)
		}
		if diff := cmp.Diff(want, summarise(got)); diff != "" {
			t.Errorf("by %s mismatch (-want +got):\n%s", name, diff)
		}
	}
	info, err := registry.ForType(reflect.TypeFor[*order]())
	if err != nil {
		t.Fatal(err)
	}
	list, err := info.NewList()
	if err != nil || info.DecodesProtobuf() {
		t.Fatalf("NewList: %v; protobuf %v, want false", err, info.DecodesProtobuf())
	}
	if err := meta.SetList(list, []runtime.Object{&order{Item: "tea"}}); err != nil {
		t.Fatal(err)
	}
	items, err := meta.ExtractList(list.DeepCopyObject())
	if err != nil || len(items) != 1 || items[0].(*order).Item != "tea" {
		t.Errorf("items of the copied list are %v, %v", items, err)
	}
	if types.FromScheme(scheme.Scheme, nil).ScopeOf(want.GVR) != types.ScopeUnknown {
		t.Error("a registration is known to another registry")
	}
}

func TestRegister_refusesWhatIsIncompleteOrContradicts(t *testing.T) {
	kind, resource := version.WithKind("Order"), version.WithResource("orders")
	for _, tt := range []struct {
		name  string
		types []types.Registration
		want  string
	}{
		{"empty", []types.Registration{{}}, "types.Of"},
		{"no pointer", []types.Registration{types.Of[controllers.Object](kind, resource, types.ScopeCluster)}, "pointer to a struct"},
		{"no kind", []types.Registration{types.Of[*order](schema.GroupVersionKind{}, resource, types.ScopeCluster)}, "kind"},
		{"no resource", []types.Registration{types.Of[*order](kind, schema.GroupVersionResource{}, types.ScopeCluster)}, "resource"},
		{
			"two versions",
			[]types.Registration{types.Of[*order](kind, corev1.SchemeGroupVersion.WithResource("orders"), types.ScopeCluster)},
			"same group and version",
		},
		{"type taken", []types.Registration{types.Of[*corev1.Pod](kind, resource, types.ScopeCluster)}, "*v1.Pod"},
		{
			"resource taken",
			[]types.Registration{types.Of[*order](podKind, corev1.SchemeGroupVersion.WithResource("pods"), types.ScopeCluster)},
			"already taken by *v1.Pod",
		},
		{
			"contradicting call",
			[]types.Registration{ofOrders, types.Of[*cake](kind, resource, types.ScopeNamespaced)},
			"one call",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			registry := types.FromScheme(scheme.Scheme, nil)
			if _, err := registry.ForType(reflect.TypeFor[*corev1.Pod]()); err != nil {
				t.Fatal(err)
			}
			err := registry.Register(tt.types...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Register returned %v, want an error about %q", err, tt.want)
			}
			if _, err := registry.ForType(reflect.TypeFor[*order]()); !errors.Is(err, types.ErrUnknown) {
				t.Errorf("after a failed call, ForType returned %v, want ErrUnknown", err)
			}
		})
	}
}

// A registration decides, also over a type that the scheme has for the same resource.
func TestRegister_takesPrecedenceOverTheScheme(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	pods := corev1.SchemeGroupVersion.WithResource("pods")
	if err := registry.Register(types.Of[*order](podKind, pods, types.ScopeNamespaced)); err != nil {
		t.Fatal(err)
	}
	if info, err := registry.ForResource(pods); err != nil || info.Type != reflect.TypeFor[*order]() {
		t.Errorf("ForResource(pods) = %v, %v", info.Type, err)
	}
	if _, err := registry.ForType(reflect.TypeFor[*corev1.Pod]()); err == nil ||
		!strings.Contains(err.Error(), "registered as *types_test.order") {
		t.Errorf("ForType(Pod) returned %v, want that the resource is taken", err)
	}
}

// mapper knows that cakes are called kuchen.
func mapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	m.AddSpecific(version.WithKind("Cake"), version.WithResource("kuchen"), version.WithResource("kuchen"), meta.RESTScopeRoot)
	return m
}

func TestFromScheme_asksTheMapperForKindsThatAreNotPartOfKubernetes(t *testing.T) {
	own := runtime.NewScheme()
	own.AddKnownTypeWithName(version.WithKind("Cake"), &cake{})
	own.AddKnownTypeWithName(podKind, &corev1.Pod{}) // unknown to the mapper
	registry := types.FromScheme(own, mapper())
	want := summary{version.WithKind("Cake"), version.WithResource("kuchen"), types.ScopeCluster, "*types_test.cake"}
	for _, lookup := range []func() (types.Info, error){
		func() (types.Info, error) { return registry.ForResource(want.GVR) },
		func() (types.Info, error) { return registry.ForType(reflect.TypeFor[*cake]()) },
	} {
		got, err := lookup()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, summarise(got)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
	if info, err := registry.ForType(reflect.TypeFor[*corev1.Pod]()); err != nil || info.GVR.Resource != "pods" {
		t.Errorf("ForType(Pod) = %v, %v", info.GVR, err)
	}
	if got := types.FromScheme(nil, mapper()).ScopeOf(want.GVR); got != types.ScopeCluster {
		t.Errorf("ScopeOf(kuchen) = %v, want cluster", got)
	}
}

func TestRegistry_isSafeForConcurrentUse(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := registry.Register(ofOrders); err != nil {
				t.Error(err)
			}
			if _, err := registry.ForType(reflect.TypeFor[*corev1.Pod]()); err != nil {
				t.Error(err)
			}
			if _, err := registry.ForResource(corev1.SchemeGroupVersion.WithResource("services")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestEnsureTypeMeta_fillsOnlyWhatIsMissing(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	p := &corev1.Pod{}
	if err := registry.EnsureTypeMeta(p); err != nil || p.Kind != "Pod" || p.APIVersion != "v1" {
		t.Errorf("EnsureTypeMeta: %v, got %v", err, p.TypeMeta)
	}
	p.Kind = "Other"
	if err := registry.EnsureTypeMeta(p); err != nil || p.Kind != "Other" {
		t.Errorf("EnsureTypeMeta: %v, overwrote %v", err, p.TypeMeta)
	}
	if err := registry.EnsureTypeMeta(&order{}); !errors.Is(err, types.ErrUnknown) {
		t.Errorf("EnsureTypeMeta of an unknown type returned %v", err)
	}
}

func ExampleRegistry() {
	registry := types.FromScheme(scheme.Scheme, nil)
	info, err := registry.ForType(reflect.TypeFor[*corev1.Node]())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.GVR.Resource, info.Scope)
	// Output: nodes cluster
}

// Such a type has methods of an object that is not there.
func TestForType_ofAnyKindIsAnError(t *testing.T) {
	type wrapped struct{ *unstructured.Unstructured }
	for _, of := range []reflect.Type{reflect.TypeFor[*wrapped](), reflect.TypeFor[*unstructured.Unstructured]()} {
		if _, err := types.FromScheme(scheme.Scheme, nil).ForType(of); !errors.Is(err, types.ErrUnknown) {
			t.Errorf("%v: got %v, want that it is not known", of, err)
		}
	}
}
