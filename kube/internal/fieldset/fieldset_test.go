// SPDX-License-Identifier: Apache-2.0

package fieldset_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"

	"github.com/krtkit/krtkit/kube/internal/fieldset"
)

func parse(tb testing.TB, paths ...string) *fieldset.Set {
	tb.Helper()
	s, err := fieldset.Parse(paths...)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// randomPod returns a pod with anything in any field.
func randomPod(random *rand.Rand) *corev1.Pod {
	p := &corev1.Pod{}
	randfill.NewWithSeed(random.Int64()).NilChance(0.3).NumElements(0, 3).MaxDepth(12).Funcs(
		func(f *metav1.FieldsV1, _ randfill.Continue) { f.SetRawString(`{"f:spec":{}}`) },
		func(q *resource.Quantity, c randfill.Continue) {
			*q = *resource.NewQuantity(c.Int63n(1000), resource.DecimalSI)
		},
		func(i *intstr.IntOrString, c randfill.Continue) { *i = intstr.FromInt32(c.Int31()) },
	).Fill(p)
	// What survives JSON and protobuf as it is.
	data, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	q := &corev1.Pod{}
	if err := json.Unmarshal(data, q); err != nil {
		panic(err)
	}
	q.TypeMeta = metav1.TypeMeta{} // which protobuf does not write
	return q
}

// randomPath returns a path of a type's fields.
func randomPath(random *rand.Rand, t reflect.Type, deeper int) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Map {
		return []string{"[any/key]"}
	}
	if t.Kind() != reflect.Struct || strings.HasSuffix(t.Name(), "Time") || t.Name() == "Quantity" || t.Name() == "IntOrString" || t.Name() == "FieldsV1" {
		return nil
	}
	field := t.Field(random.IntN(t.NumField()))
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "" && (field.Anonymous || options == "inline") {
		return randomPath(random, field.Type, deeper)
	}
	if deeper == 0 || random.IntN(3) == 0 {
		return []string{name}
	}
	return append([]string{name}, randomPath(random, field.Type, deeper-1)...)
}

func randomPaths(random *rand.Rand) []string {
	var paths []string
	for range 1 + random.IntN(6) {
		path := randomPath(random, reflect.TypeFor[corev1.Pod](), 4)
		if len(path) > 0 {
			paths = append(paths, strings.ReplaceAll(strings.Join(path, "."), ".[", "["))
		}
	}
	return append(paths, "metadata.labels", "spec.containers.name")
}

// TestSet_cutsBytesAsItCutsObjects compares objects that were cut and then decoded with
// those that were decoded and then cut, for random pods and paths, in every form.
func TestSet_cutsBytesAsItCutsObjects(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("pods and paths are made from seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		pods := &corev1.PodList{Items: []corev1.Pod{*randomPod(random), *randomPod(random)}}
		pods.ResourceVersion, pods.Continue = "7", "more"
		paths := randomPaths(random)
		set := parse(t, paths...)
		want := pods.DeepCopy()
		for i := range want.Items {
			if err := set.Keep(&want.Items[i]); err != nil {
				t.Fatalf("%s: %v", set, err)
			}
		}
		check := func(form string, got *corev1.PodList) {
			t.Helper()
			// Empty and absent are the same in protobuf.
			if !equality.Semantic.DeepEqual(want, got) {
				t.Fatalf("%s cut to %s (-want +got):\n%s", form, set, cmp.Diff(want, got))
			}
		}

		data, err := json.Marshal(pods)
		if err != nil {
			t.Fatal(err)
		}
		cut, err := set.JSONList(data)
		if err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		got := &corev1.PodList{}
		if err := json.Unmarshal(cut, got); err != nil {
			t.Fatalf("%s: %v in %s", set, err, cut)
		}
		check("JSON", got)

		message, err := set.Message(reflect.TypeFor[*corev1.Pod]())
		if err != nil {
			t.Fatal(err)
		}
		list, err := message.ListOf(reflect.TypeFor[*corev1.PodList]())
		if err != nil {
			t.Fatal(err)
		}
		if data, err = pods.Marshal(); err != nil {
			t.Fatal(err)
		}
		if cut, err = list.Cut(nil, data); err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		got = &corev1.PodList{}
		if err := got.Unmarshal(cut); err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		check("protobuf", got)
	}
}

// TestSet_cutsUnstructuredJSON does the same without a Go type.
func TestSet_cutsUnstructuredJSON(t *testing.T) {
	const object = ` {"apiVersion":"v1", "kind" : "Thing","metadata":{"name":"a","labels":{"x/y":"1","z":"2"},"\u0075id":"u"},
		"spec":[{"a":1.50,"b":[{"c":null,"d":"\"}"},3,"s"]},[{"a":2}],null,"spec"],"e":{},"f":{"a":{"b":"\\"}}} `
	for _, paths := range [][]string{
		{"spec"},
		{"spec.a"},
		{"spec.b.c", "e.g"},
		{"spec.b.d", "kind.x", "f.a.b.c"},
		{"metadata.labels[x/y]", "metadata.uid"},
		{"no", "f.no"},
	} {
		set := parse(t, paths...)
		cut, err := set.JSONObject([]byte(object))
		if err != nil {
			t.Errorf("%s: %v", set, err)
			continue
		}
		got := decode(t, cut)
		want := decode(t, []byte(object))
		if err := set.Keep(&unstructured.Unstructured{Object: want}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", set, diff)
		}
	}
}

func decode(tb testing.TB, data []byte) map[string]any {
	tb.Helper()
	var decoded map[string]any
	if err := json.Unmarshal(data, &decoded); err != nil {
		tb.Fatalf("%v in %s", err, data)
	}
	return decoded
}

func TestSet_checksPathsByTheType(t *testing.T) {
	for path, want := range map[string]string{
		"spec.nodename":                     `*v1.Pod: spec: v1.PodSpec has no field "nodename"`,
		"spec.containers.image.tag":         `*v1.Pod: spec: containers: image: string has no fields`,
		"metadata.creationTimestamp.second": `*v1.Pod: metadata: creationTimestamp: v1.Time has no field "second"`,
		"metadata.labels[a].b":              `*v1.Pod: metadata: labels: a: string has no fields`,
		"metadata.labels[a]":                "",
		"spec.volumes.configMap.name":       "",
		"kind":                              "",
	} {
		err := parse(t, path).Check(reflect.TypeFor[*corev1.Pod]())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// TestSet_namesWhereJSONIsMalformed has errors where what is cut cannot be read, and
// leaves to the decoder what it need not understand.
func TestSet_namesWhereJSONIsMalformed(t *testing.T) {
	set := parse(t, "spec.a")
	for _, data := range []string{
		``, `{`, `{"spec"`, `{"spec":`, `{"spec":{`, `{"spec":{"a":1`, `{"spec":[`, `{"spec":[{"a":1}`, `{"x":{]}`, `{"x":"}`, `{x:1}`,
		`{"x":}`, `{"spec":{"a":}}`, `{"spec"=1}`, `{"spec":1 "x":2}`, `{"\u":1}`, "{\"x\":\x00}",
		`{"x":` + strings.Repeat("[", 20000) + `}`,
	} {
		if got, err := set.JSONObject([]byte(data)); err == nil && json.Valid(got) {
			t.Errorf("%.40q was cut to %q without an error", data, got)
		}
	}
	for _, data := range []string{`7`, `null`, `"text"`, `[]`} {
		if got, err := set.JSONObject([]byte(data)); err != nil || string(got) != data {
			t.Errorf("%q was cut to %q with error %v", data, got, err)
		}
	}
}

func TestJSONKind_findsTheKindAnywhere(t *testing.T) {
	for data, want := range map[string]string{
		`{"kind":"Pod"}`: "Pod",
		` { "items" : [ {"kind":"Pod"} ], "kind" : "PodList" }`: "PodList",
		`{"spec":{"kind":"x"}}`:                                 "",
		`{"kind":7}`:                                            "",
		`{"kind":`:                                              "",
		`[]`:                                                    "",
	} {
		if got := fieldset.JSONKind([]byte(data)); got != want {
			t.Errorf("%s: got %q, want %q", data, got, want)
		}
	}
}

func TestEnvelopeKind_readsWhatKubernetesWraps(t *testing.T) {
	data, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: "Status"}, Raw: []byte("x")}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if kind, err := fieldset.EnvelopeKind(data); kind != "Status" || err != nil {
		t.Errorf("got %q and error %v", kind, err)
	}
	if _, err := fieldset.EnvelopeKind(data[:5]); err == nil {
		t.Error("no error for what is cut off")
	}
}

// FuzzSet_JSONObject compares what is cut of any JSON with what is kept of it decoded.
func FuzzSet_JSONObject(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1,"c":[{"d":2}]},"e":"\\\""}`), "a.b,e")
	f.Add([]byte(`{"a":[{"b":1},[{"b":2}],3],"a":{}}`), "a.b")
	f.Add([]byte(`{"\u0061":{"b":1}}`), "a.b")
	f.Fuzz(func(t *testing.T, data []byte, paths string) {
		set, err := fieldset.Parse(strings.Split(paths, ",")...)
		if err != nil {
			return
		}
		cut, err := set.JSONObject(data)
		var want map[string]any
		if json.Unmarshal(data, &want) != nil || want == nil {
			return // enough that there was no panic
		}
		if err != nil {
			t.Fatalf("%s of %q: %v", set, data, err)
		}
		if hasDuplicates(data) {
			return // merged by the decoder in ways of its own
		}
		if err := set.Keep(&unstructured.Unstructured{Object: want}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, decode(t, cut)); diff != "" {
			t.Errorf("%s of %q is %q (-want +got):\n%s", set, data, cut, diff)
		}
	})
}

// hasDuplicates reports whether JSON changes when it is decoded and encoded but for the
// order of its fields, which is so if an object names a field twice.
func hasDuplicates(data []byte) bool {
	d := json.NewDecoder(strings.NewReader(string(data)))
	tokens := 0
	for {
		if _, err := d.Token(); err != nil {
			break
		}
		tokens++
	}
	var decoded any
	if json.Unmarshal(data, &decoded) != nil {
		return true
	}
	encoded, err := json.Marshal(decoded)
	if err != nil {
		return true
	}
	d = json.NewDecoder(strings.NewReader(string(encoded)))
	for {
		if _, err := d.Token(); err != nil {
			break
		}
		tokens--
	}
	return tokens != 0
}

// FuzzMessage_Cut sees that what is cut of anything that can be decoded can be decoded, and
// is what is kept of it.
func FuzzMessage_Cut(f *testing.F) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{NodeName: "n", Containers: []corev1.Container{{Name: "c"}}}}
	pod.Labels = map[string]string{"a": "b"}
	data, err := pod.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, "spec.containers.name,metadata.labels.a")
	f.Fuzz(func(t *testing.T, data []byte, paths string) {
		set, err := fieldset.Parse(strings.Split(paths, ",")...)
		if err != nil {
			return
		}
		message, err := set.Message(reflect.TypeFor[*corev1.Pod]())
		if err != nil {
			return
		}
		cut, err := message.Cut(nil, data)
		want := &corev1.Pod{}
		if want.Unmarshal(data) != nil {
			return // enough that there was no panic
		}
		if err != nil {
			return // generated code is more lenient with fields that it does not know
		}
		got := &corev1.Pod{}
		if err := got.Unmarshal(cut); err != nil {
			t.Fatalf("%s of %q: %v", set, data, err)
		}
		if err := set.Keep(want); err != nil {
			t.Fatal(err)
		}
		if !equality.Semantic.DeepEqual(want, got) {
			t.Errorf("%s of %q (-want +got):\n%s", set, data, cmp.Diff(want, got))
		}
	})
}
