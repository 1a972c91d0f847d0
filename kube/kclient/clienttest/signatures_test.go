// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	corev1 "k8s.io/api/core/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kclient/clienttest"
	"github.com/krtkit/krtkit/util/sets"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ func(test.Failer, kube.Client, schema.GroupVersionResource)                    = clienttest.MakeCRD
	_ func(test.Failer, kube.Client, schema.GroupVersionResource, map[string]string) = clienttest.MakeCRDWithAnnotations

	_ interface {
		Create(object *corev1.Pod) *corev1.Pod
		Update(object *corev1.Pod) *corev1.Pod
		UpdateStatus(object *corev1.Pod) *corev1.Pod
		CreateOrUpdate(object *corev1.Pod) *corev1.Pod
		CreateOrUpdateStatus(object *corev1.Pod) *corev1.Pod
		Delete(name, namespace string)
	} = clienttest.TestWriter[*corev1.Pod]{}
	_ interface {
		Get(name, namespace string) *corev1.Pod
		List(namespace string, selector klabels.Selector) []*corev1.Pod
	} = clienttest.TestClient[*corev1.Pod]{}
	_ = clienttest.TestClient[*corev1.Pod]{TestWriter: clienttest.TestWriter[*corev1.Pod]{}}

	_ func(test.Failer, kube.Client) clienttest.TestWriter[*corev1.Pod]                     = clienttest.NewWriter[*corev1.Pod]
	_ func(test.Failer, kclient.Client[*corev1.Pod]) clienttest.TestClient[*corev1.Pod]     = clienttest.Wrap[*corev1.Pod]
	_ func(test.Failer, kclient.ReadWriter[*corev1.Pod]) clienttest.TestClient[*corev1.Pod] = clienttest.WrapReadWriter[*corev1.Pod]
	_ func(test.Failer, kube.Client) clienttest.TestClient[*corev1.Pod]                     = clienttest.NewDirectClient[*corev1.Pod, corev1.Pod, *corev1.PodList]
	_ func(*assert.Tracker[string]) controllers.EventHandler[controllers.Object]            = clienttest.TrackerHandler
	_ func([]*corev1.Pod) sets.String                                                       = clienttest.Names[*corev1.Pod]
)
