// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/namespace"
	"github.com/krtkit/krtkit/util/sets"
)

// Defects F row 12: what of 5,000 namespaces and 20 selectors changes is what costs.
func BenchmarkFilter_of5000Namespaces(b *testing.B) {
	objects := make([]runtime.Object, 5000)
	for i := range objects {
		objects[i] = labelled(fmt.Sprint("ns-", i), fmt.Sprint(i%1000))
	}
	client := kubefake.NewClient(objects...)
	stop := make(chan struct{})
	defer client.Close()
	defer client.Shutdown()
	defer close(stop)
	list := make([]*metav1.LabelSelector, 20)
	for i := range list {
		list[i] = env(fmt.Sprint(i))
	}
	source := newSettings(list...)
	filter := namespace.NewDiscoveryNamespacesFilter(kclient.New[*corev1.Namespace](client), source, stop)
	told := make(chan struct{})
	filter.AddHandler(func(_, _ sets.String) { told <- struct{}{} })

	b.Run("OneSelectorMoreOrLess", func(b *testing.B) {
		b.ReportAllocs()
		more := append(list[:20:20], env("20"))
		for i := range b.N {
			if i%2 == 0 {
				source.set(more...)
			} else {
				source.set(list...)
			}
			<-told
		}
		if b.N%2 == 1 {
			source.set(list...)
			<-told
		}
	})
	b.Run("Filter", func(b *testing.B) {
		b.ReportAllocs()
		m := settingsMap("ns-7", "m")
		for range b.N {
			if !filter.Filter(m) {
				b.Fatal("not selected")
			}
		}
	})
}
