// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func node(name string, version int) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{"version": strconv.Itoa(version)}}}
}

// TestInformer_kclient has an informer of an API server.
func TestInformer_kclient(t *testing.T) {
	krttest.TestInformer(t, func(t *testing.T, s krttest.Setup) krttest.InformerRig[*corev1.Node] {
		var objects []runtime.Object
		for _, key := range s.Present {
			objects = append(objects, node(key, 0))
		}
		client := kubefake.NewClient(objects...)
		stop := make(chan struct{})
		t.Cleanup(func() {
			close(stop)
			client.Shutdown()
			client.Close()
		})
		nodes := kclient.New[*corev1.Node](client)
		if !s.Unsynced {
			client.RunAndWait(stop)
		}
		return krttest.InformerRig[*corev1.Node]{
			Informer: nodes,
			Put: func(key string, v int) {
				if err := client.Server().Put(node(key, v)); err != nil {
					t.Errorf("putting %s: %v", key, err)
				}
			},
			Remove: func(key string) {
				if err := nodes.Delete(key, ""); err != nil && !apierrors.IsNotFound(err) {
					t.Errorf("deleting %s: %v", key, err)
				}
			},
			Version: func(o *corev1.Node) int {
				v, err := strconv.Atoi(o.Annotations["version"])
				if err != nil {
					t.Errorf("version of %s: %v", o.Name, err)
				}
				return v
			},
			Sync: func() { client.RunAndWait(stop) },
		}
	})
}
