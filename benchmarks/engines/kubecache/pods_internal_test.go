// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"encoding/json"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestPod_isAsLargeAsSaid keeps the sizes that the table speaks of.
func TestPod_isAsLargeAsSaid(t *testing.T) {
	size := func(v any) int {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	p := pod(54321)
	managed := size(p.ManagedFields)
	p.ManagedFields = nil
	for _, s := range []struct {
		what      string
		size, KiB int
	}{{"a pod", size(p), 3}, {"its managed fields", managed, 2}} {
		if s.size < s.KiB*1024*9/10 || s.size > s.KiB*1024*11/10 {
			t.Errorf("%s takes %d bytes of JSON, want about %d KiB", s.what, s.size, s.KiB)
		}
	}
	if len(p.Spec.Containers) != 3 || len(p.Spec.Containers[0].Env) != 15 {
		t.Errorf("a pod has %d containers with %d variables, want 3 with 15", len(p.Spec.Containers), len(p.Spec.Containers[0].Env))
	}
}

// TestObject_knowsTheVersion is why content is not equal when a cache has missed a change.
func TestObject_knowsTheVersion(t *testing.T) {
	var unknown metav1.ObjectMeta
	if a, b := object(smallPod(1, 1)), object(smallPod(1, 2)); a == b || a.Name != b.Name || a == object(&unknown) {
		t.Errorf("two versions of a pod are %v and %v", a, b)
	}
}
