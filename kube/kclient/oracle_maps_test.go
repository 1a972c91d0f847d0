// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
)

var (
	mapsResource = corev1.SchemeGroupVersion.WithResource("configmaps")
	spaces       = []string{"a", "b", "c"}
)

// namespaces returns those in which maps live.
func namespaces() []runtime.Object {
	var objects []runtime.Object
	for _, name := range spaces {
		objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"color": "red"}}})
	}
	return objects
}

// mapWriter writes config maps, all at once if need be.
type mapWriter struct {
	t    *testing.T
	maps kclient.DirectClient[*corev1.ConfigMap]
}

func newMapWriter(s *stage) *mapWriter {
	return &mapWriter{t: s.t, maps: kclient.NewWriteClient[*corev1.ConfigMap](s.client)}
}

// write changes some of a few maps.
func (w *mapWriter) write(random *rand.Rand) {
	for range random.IntN(4) {
		name, namespace := fmt.Sprint("x", random.IntN(4)), pick(random, spaces...)
		if random.IntN(4) == 0 {
			tolerate(w.t, w.maps.Delete(name, namespace))
			continue
		}
		w.put(name, namespace, pick(random, colors...))
	}
}

// put creates a map or changes it, and returns its version; nothing if another did that
// at the same time.
func (w *mapWriter) put(name, namespace, color string) (version string) {
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"color":%q}}}`, color)
	made, err := w.maps.Patch(name, namespace, apitypes.MergePatchType, patch)
	if apierrors.IsNotFound(err) {
		made, err = w.maps.Create(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, Labels: map[string]string{"color": color},
		}})
	}
	tolerate(w.t, err)
	if err != nil {
		return ""
	}
	return made.ResourceVersion
}

// mark makes a change that is in every cache, and returns its version.
func (w *mapWriter) mark() string {
	w.t.Helper()
	tolerate(w.t, w.maps.Delete("last", "a"))
	return w.put("last", "a", "red")
}

// live returns what the server has.
func (w *mapWriter) live() []controllers.Object {
	w.t.Helper()
	page, err := w.maps.ListLive(w.t.Context(), metav1.NamespaceAll, metav1.ListOptions{})
	if err != nil {
		w.t.Error(err)
	}
	return objectsOf(page.Items)
}

// openMaps opens an informer of config maps: of all of them, of a namespace or of a
// color, in one of two forms. All of these have what mark makes.
func openMaps(s *stage, random *rand.Rand) view {
	v := view{told: true, once: true}
	var filter kclient.Filter
	switch random.IntN(4) {
	case 0:
		filter.Namespace = "a"
		v.shows = func(o controllers.Object) bool { return o.GetNamespace() == "a" }
	case 1:
		filter.LabelSelector, v.once = "color=red", false
		v.shows = func(o controllers.Object) bool { return o.GetLabels()["color"] == "red" }
	}
	if random.IntN(2) == 0 {
		v.informer = kclient.NewDynamic(s.client, mapsResource, filter)
	} else {
		v.informer = kclient.NewUntypedInformer(s.client, mapsResource, filter)
	}
	return v
}
