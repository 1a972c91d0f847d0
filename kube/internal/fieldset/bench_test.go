// SPDX-License-Identifier: Apache-2.0

package fieldset_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "sigs.k8s.io/json"
)

// typicalPod returns a pod of three containers with 15 variables each and 2 KiB of managed
// fields, about 5 KiB in JSON.
func typicalPod() *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "cart-7d4b9c6f5-x2x9z", Namespace: "shop", UID: "6f1c2f0e-0b9a-4a51-9f0a-0d6a4f7f6e11", ResourceVersion: "123456",
		Labels: map[string]string{"app": "cart", "pod-template-hash": "7d4b9c6f5", "version": "v1"},
	}}
	fields := metav1.ManagedFieldsEntry{Manager: "kubelet", Operation: "Update", FieldsV1: &metav1.FieldsV1{}}
	fields.FieldsV1.SetRawString(`{"f:status":{"f:text":"` + strings.Repeat("f:name ", 290) + `"}}`)
	p.ManagedFields = []metav1.ManagedFieldsEntry{fields}
	for i := range 3 {
		c := corev1.Container{Name: fmt.Sprint("c", i), Image: "registry.example.com/shop/cart:1.2.3"}
		for j := range 15 {
			c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprint("VARIABLE_", j), Value: fmt.Sprint("value of variable ", j)})
		}
		p.Spec.Containers = append(p.Spec.Containers, c)
	}
	p.Spec.NodeName, p.Status.PodIP = "node-17", "10.0.0.1"
	return p
}

// BenchmarkSet compares cutting and decoding with decoding and cutting.
func BenchmarkSet(b *testing.B) {
	set := parse(b, "metadata.labels", "spec.nodeName", "status.podIP").ForCache()
	pod := typicalPod()
	text, err := json.Marshal(pod)
	if err != nil {
		b.Fatal(err)
	}
	binary, err := pod.Marshal()
	if err != nil {
		b.Fatal(err)
	}
	message, err := set.Message(reflect.TypeFor[*corev1.Pod]())
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		decode func() error
	}{
		{"JSON/cut after", func() error {
			p := &corev1.Pod{}
			if err := kjson.UnmarshalCaseSensitivePreserveInts(text, p); err != nil {
				return err
			}
			return set.Keep(p)
		}},
		{"JSON/cut before", func() error {
			cut, err := set.JSONObject(text)
			if err != nil {
				return err
			}
			return kjson.UnmarshalCaseSensitivePreserveInts(cut, &corev1.Pod{})
		}},
		{"protobuf/cut after", func() error {
			p := &corev1.Pod{}
			if err := p.Unmarshal(binary); err != nil {
				return err
			}
			return set.Keep(p)
		}},
		{"protobuf/cut before", func() error {
			cut, err := message.Cut(nil, binary)
			if err != nil {
				return err
			}
			return (&corev1.Pod{}).Unmarshal(cut)
		}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := tt.decode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
