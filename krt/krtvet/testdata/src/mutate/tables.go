// SPDX-License-Identifier: Apache-2.0

package mutate

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"api"

	"github.com/krtkit/krtkit/krt"
	ownslices "github.com/krtkit/krtkit/util/slices"
)

type gateway struct {
	Conditions []metav1.Condition
	Config     *message
}

type message struct{ name string }

func (*message) ProtoReflect() {}

// functions of other packages change their arguments.
func functions(ctx krt.HandlerContext, gateways krt.Collection[*gateway], dynamic krt.Collection[*unstructured.Unstructured], pods krt.Collection[*api.Pod]) {
	gw := krt.Fetch(ctx, gateways)[0]
	meta.SetStatusCondition(&gw.Conditions, metav1.Condition{}) // want `calling meta.SetStatusCondition changes`
	conditions := gw.Conditions
	meta.RemoveStatusCondition(&conditions, "a") // want `calling meta.RemoveStatusCondition changes`
	cloned := slices.Clone(gw.Conditions)
	meta.SetStatusCondition(&cloned, metav1.Condition{})

	u := krt.Fetch(ctx, dynamic)[0]
	_ = unstructured.SetNestedField(u.Object, "b", "spec") // want `calling unstructured.SetNestedField changes`
	unstructured.RemoveNestedField(u.Object, "spec")       // want `calling unstructured.RemoveNestedField changes`
	u.SetLabels(nil)                                       // want `calling u.SetLabels changes`
	u.GetLabels()["a"] = "b"                               // a copy

	p := krt.Fetch(ctx, pods)[0]
	controllerutil.AddFinalizer(p, "a")                      // want `calling controllerutil.AddFinalizer changes`
	_ = controllerutil.SetControllerReference(p, &gateway{}) // p is the owner
	_ = controllerutil.SetControllerReference(&gateway{}, p) // want `calling controllerutil.SetControllerReference changes`

	proto.Merge(gw.Config, &message{}) // want `calling proto.Merge changes`
	proto.Merge(&message{}, gw.Config)
	proto.Clone(gw.Config).(*message).name = "b"

	ownslices.SortBy(p.Finalizers, func(f string) string { return f })                                         // want `calling ownslices.SortBy changes`
	ownslices.FilterInPlace(p.Finalizers, func(string) bool { return true })                                   // want `calling ownslices.FilterInPlace changes`
	ownslices.Filter(krt.Fetch(ctx, pods), func(p *api.Pod) bool { return p.Name != "" })[0].Labels["a"] = "b" // want `assigning to`
}
