// SPDX-License-Identifier: Apache-2.0

package kubetypes_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/kubetypes"
)

func cart() *corev1.Pod {
	return &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			Name: "cart", Namespace: "shop", UID: "u", ResourceVersion: "7",
			Labels: map[string]string{"app": "cart", "example.com/team": "red"},
			Annotations: map[string]string{
				"kubectl.kubernetes.io/last-applied-configuration": "{}",
				"example.com/notes": "long",
			},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		},
		Spec: corev1.PodSpec{
			NodeName: "n1",
			Containers: []corev1.Container{
				{Name: "main", Env: []corev1.EnvVar{{Name: "A", Value: "1"}}},
				{Name: "side", Image: "img", Env: []corev1.EnvVar{{Name: "B", Value: "2"}}},
			},
			Volumes: []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: "Memory"}}}},
		},
		Status: corev1.PodStatus{PodIP: "10.0.0.1"},
	}
}

// Every row says what is done to a pod by hand and by a transform, which must be the
// same for the Go type and for unstructured objects.
func TestTransforms_changeGoTypesAndUnstructuredAlike(t *testing.T) {
	for _, tt := range []struct {
		name      string
		transform kubetypes.Transform
		want      func(p *corev1.Pod)
	}{
		{"nothing", kubetypes.ComposeTransforms(), func(*corev1.Pod) {}},
		{"managed fields", kubetypes.StripManagedFields(), func(p *corev1.Pod) { p.ManagedFields = nil }},
		{"last applied", kubetypes.StripLastApplied(), func(p *corev1.Pod) {
			p.Annotations = map[string]string{"example.com/notes": "long"}
		}},
		{
			"drop in lists", kubetypes.Drop("spec.containers.env", "spec.containers.image"),
			func(p *corev1.Pod) {
				p.Spec.Containers = []corev1.Container{{Name: "main"}, {Name: "side"}}
			},
		},
		{
			"drop keys", kubetypes.Drop("metadata.annotations[example.com/notes]", "metadata.labels.app", "metadata.labels[no/such]"),
			func(p *corev1.Pod) {
				delete(p.Annotations, "example.com/notes")
				delete(p.Labels, "app")
			},
		},
		{"drop inline", kubetypes.Drop("spec.volumes.emptyDir.medium"), func(p *corev1.Pod) { p.Spec.Volumes[0].EmptyDir.Medium = "" }},
		{"drop below what is not there", kubetypes.Drop("spec.affinity.nodeAffinity", "spec.volumes.secret.items"), func(*corev1.Pod) {}},
		{"the wider path wins", kubetypes.Drop("status", "status.podIP"), func(p *corev1.Pod) { p.Status = corev1.PodStatus{} }},
		{
			"keep", kubetypes.Keep("metadata.labels[example.com/team]", "spec.nodeName", "spec.containers.name"),
			func(p *corev1.Pod) {
				*p = corev1.Pod{
					TypeMeta: p.TypeMeta,
					ObjectMeta: metav1.ObjectMeta{
						Name: "cart", Namespace: "shop", UID: "u", ResourceVersion: "7",
						Labels: map[string]string{"example.com/team": "red"},
					},
					Spec: corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "main"}, {Name: "side"}}},
				}
			},
		},
		{
			"several", kubetypes.ComposeTransforms(kubetypes.Drop("spec", "status"), kubetypes.Keep("spec", "metadata.labels")),
			func(p *corev1.Pod) {
				*p = corev1.Pod{TypeMeta: p.TypeMeta, ObjectMeta: metav1.ObjectMeta{
					Name: "cart", Namespace: "shop", UID: "u", ResourceVersion: "7", Labels: p.Labels,
				}}
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := cart()
			tt.want(want)
			got := cart()
			for range 2 { // it may see its own result
				changed, err := tt.transform.Func(got)
				if err != nil {
					t.Fatal(err)
				}
				got = changed.(*corev1.Pod)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("typed mismatch (-want +got):\n%s", diff)
			}

			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(cart())
			if err != nil {
				t.Fatal(err)
			}
			changed, err := tt.transform.Func(&unstructured.Unstructured{Object: content})
			if err != nil {
				t.Fatal(err)
			}
			back := &corev1.Pod{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(changed.(*unstructured.Unstructured).Object, back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, back); diff != "" {
				t.Errorf("unstructured mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDrop_saysWhichFieldATypeDoesNotHave(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"spec.contaners", `v1.PodSpec has no field "contaners"`},
		{"spec.nodeName.x", "string has no fields"},
	} {
		for _, transform := range []kubetypes.Transform{kubetypes.Drop(tt.path), kubetypes.Keep(tt.path)} {
			if _, err := transform.Func(cart()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s returned %v, want %q", transform.Name, err, tt.want)
			}
		}
	}
	for _, obj := range []any{nil, 7, (*corev1.Pod)(nil)} {
		if _, err := kubetypes.Drop("spec").Func(obj); err == nil {
			t.Errorf("Drop took %#v for an object", obj)
		}
	}
}

// Where anything can be anything, what is in the way of a path is data and no mistake.
func TestDrop_leavesUnstructuredDataAloneThatItDoesNotFit(t *testing.T) {
	u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"a": "text", "b": nil}}}
	want := u.DeepCopy()
	if _, err := kubetypes.Drop("spec.a.b", "spec.b.c", "spec.d").Func(u); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("object changed (-want +got):\n%s", diff)
	}
}

func TestDrop_panicsOfPathsThatCannotBeMeant(t *testing.T) {
	for _, path := range []string{"", ".spec", "spec.", "a..b", "labels[x", "labels[]", "labels[x]y", "metadata", "metadata.name", "metadata.uid"} {
		t.Run(path, func(t *testing.T) {
			defer func() {
				if r := recover(); !strings.Contains(fmt.Sprint(r), "kubetypes.Drop(") {
					t.Errorf("panicked with %v", r)
				}
			}()
			kubetypes.Drop(path)
		})
	}
}

func TestComposeTransforms_endsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	called := false
	all := kubetypes.ComposeTransforms(
		kubetypes.Transform{Name: "first", Func: func(any) (any, error) { return nil, broken }},
		kubetypes.Transform{Name: "second", Func: func(obj any) (any, error) { called = true; return obj, nil }},
	)
	if _, err := all.Func(cart()); !errors.Is(err, broken) || !strings.Contains(err.Error(), "first") {
		t.Errorf("composed transform returned %v", err)
	}
	if called {
		t.Error("the second transform was called")
	}
	if _, err := kubetypes.StripManagedFields().Func("text"); err == nil {
		t.Error("StripManagedFields took text for an object")
	}
}

// The name is what a cache is shared by: it says all, whatever the order of paths.
func TestWithTransform_namesWhatItDoes(t *testing.T) {
	f := kubetypes.Filter{Namespace: "shop"}.WithTransform(kubetypes.StripManagedFields(), kubetypes.Drop("spec", "metadata.labels"))
	if want := "[StripManagedFields Drop(metadata.labels,spec)]"; f.TransformKey != want || f.Namespace != "shop" {
		t.Errorf("filter is %+v, want the name %q", f, want)
	}
	g := kubetypes.Filter{}.WithTransform(kubetypes.StripManagedFields(), kubetypes.Drop("metadata.labels", "spec"))
	if g.TransformKey != f.TransformKey {
		t.Errorf("names are %q and %q, want the same", f.TransformKey, g.TransformKey)
	}
}

func ExampleFilter_WithTransform() {
	pods := kubetypes.Filter{Namespace: "shop"}.WithTransform(
		kubetypes.StripManagedFields(),
		kubetypes.StripLastApplied(),
		kubetypes.Drop("spec.containers.env", "status.containerStatuses"),
	)
	fmt.Println(pods.TransformKey)
	// Output: [StripManagedFields StripLastApplied Drop(spec.containers.env,status.containerStatuses)]
}

func BenchmarkTransforms(b *testing.B) {
	for _, transform := range []kubetypes.Transform{
		kubetypes.StripManagedFields(),
		kubetypes.Drop("spec.containers.env", "status.containerStatuses"),
		kubetypes.Keep("metadata.labels", "spec.nodeName", "status.podIP"),
	} {
		b.Run(transform.Name, func(b *testing.B) {
			pod := cart()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := transform.Func(pod); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestInternStrings_sharesMemoryAndChangesNothing looks where strings are, in Go types and
// in unstructured objects.
func TestInternStrings_sharesMemoryAndChangesNothing(t *testing.T) {
	intern := kubetypes.InternStrings("metadata.labels", "metadata.namespace", "spec.containers.image", "spec.containers.env", "spec.volumes")
	where := func(s string) *byte { return unsafe.StringData(s) }
	clone := func() *corev1.Pod {
		p := cart()
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		q := &corev1.Pod{}
		if err := json.Unmarshal(data, q); err != nil {
			t.Fatal(err)
		}
		return q
	}
	p, q := clone(), clone()
	for _, obj := range []any{p, q} {
		if _, err := intern.Func(obj); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(clone(), p); diff != "" {
		t.Errorf("the object was changed (-want +got):\n%s", diff)
	}
	if where(p.Namespace) != where(q.Namespace) || where(p.Spec.Containers[1].Image) != where(q.Spec.Containers[1].Image) ||
		where(p.Labels["app"]) != where(q.Labels["app"]) || where(p.Spec.Containers[0].Env[0].Name) != where(q.Spec.Containers[0].Env[0].Name) {
		t.Error("equal strings of two objects are not one")
	}
	keys := map[*byte]bool{}
	for _, o := range []*corev1.Pod{p, q} {
		for key := range o.Labels {
			keys[where(key)] = true
		}
	}
	if len(keys) != 2 {
		t.Errorf("two keys of labels are %d strings", len(keys))
	}
	if where(p.Name) == where(q.Name) {
		t.Error("names were interned, which nobody asked for")
	}

	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(clone())
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{Object: content}
	want := u.DeepCopy()
	if _, err := intern.Func(u); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("the unstructured object was changed (-want +got):\n%s", diff)
	}
	if where(u.GetNamespace()) != where(p.Namespace) {
		t.Error("the unstructured object's namespace is a string of its own")
	}
	if _, err := kubetypes.InternStrings("spec.nosuch").Func(clone()); err == nil {
		t.Error("no error for a field that does not exist")
	}
}
