// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"fmt"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// It fails under the race detector only.
func TestPatch_leavesThePresentObjectToOthers(t *testing.T) {
	_, client := newServer(t)
	ctx, maps := t.Context(), client.CoreV1().ConfigMaps("default")
	for n := range 50 {
		name := fmt.Sprint("m", n)
		if _, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			_, err := maps.Patch(ctx, name, types.MergePatchType, []byte(`{"data":{"a":"b"}}`), metav1.PatchOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				t.Error(err)
			}
		})
		both.Go(func() {
			if err := maps.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
	}
}
