// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// TestWithMutationDetector_namesWhatWasChanged reports once when the object is replaced,
// deleted, or still there in the end, and nothing of objects that were left alone.
// (Defects C.1 row 9.)
func TestWithMutationDetector_namesWhatWasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		report := func(err error) { got = append(got, err.Error()) }
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("reported (-want +got):\n%s", diff)
			}
			got = nil
		}
		client, stop, end := connect(t,
			[]runtime.Object{pod("shop", "a"), pod("shop", "b"), pod("shop", "c"), pod("shop", "quiet")}, kube.WithMutationDetector(report))
		pods := kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)

		pods.Get("a", "shop").Spec.NodeName = "n1"
		if _, err := pods.Patch("a", "shop", "application/merge-patch+json", []byte(`{"metadata":{"labels":{"x":"y"}}}`)); err != nil {
			t.Fatal(err)
		}
		if _, err := pods.Patch("quiet", "shop", "application/merge-patch+json", []byte(`{"metadata":{"labels":{"x":"y"}}}`)); err != nil {
			t.Fatal(err)
		}
		expect(`pods.v1: cached object shop/a was changed, which others read: spec.nodeName was absent and is "n1"; change a DeepCopy`)

		b := pods.Get("b", "shop")
		b.Spec.Containers[0].Image = "other"
		b.Labels = map[string]string{"app": "b"}
		if err := pods.Delete("b", "shop"); err != nil {
			t.Fatal(err)
		}
		expect(`pods.v1: cached object shop/b was changed, which others read: metadata.labels was absent and is {"app":"b"}, ` +
			`spec.containers[0].image was "example.com/app:1" and is "other"; change a DeepCopy`)

		pods.Get("c", "shop").Spec.NodeName = "n2"
		expect()
		end()
		expect(`pods.v1: cached object shop/c was changed, which others read: spec.nodeName was absent and is "n2"; change a DeepCopy`)
	})
}

// TestWithDefaultTransform_isForFiltersWithoutOne leaves alone those that have a transform.
func TestWithDefaultTransform_isForFiltersWithoutOne(t *testing.T) {
	client, stop, end := connect(t, []runtime.Object{bigPod("a")}, kube.WithDefaultTransform(kubetypes.Drop("spec.nodeName")))
	defer end()
	defaulted := kclient.New[*corev1.Pod](client)
	own := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{}.WithTransform(kubetypes.Drop("metadata.annotations")))
	same := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{}.WithTransform(kubetypes.Drop("spec.nodeName")))
	mustRun(t, client, stop)
	for _, tt := range []struct {
		name                string
		pods                kclient.Client[*corev1.Pod]
		hasNode, hasComment bool
	}{{"default", defaulted, false, true}, {"own", own, true, false}, {"named like the default", same, false, true}} {
		p := tt.pods.Get("a", "shop")
		if hasNode, hasComment := p.Spec.NodeName != "", p.Annotations != nil; hasNode != tt.hasNode || hasComment != tt.hasComment {
			t.Errorf("%s: has a node %t and annotations %t, want %t and %t", tt.name, hasNode, hasComment, tt.hasNode, tt.hasComment)
		}
	}
}
