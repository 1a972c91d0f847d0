// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"encoding/json"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

const manifests = `# two services and a pod
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec:
  selector: {app: web}
---
---
# nothing in here
---
apiVersion: v1
kind: Service
metadata:
  name: db
  namespace: default
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: default}
`

func TestNewMock_sortsInputsByType(t *testing.T) {
	mc := krttest.NewMock(t, []any{manifests, object{Key: "plain"}, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}})
	services := krttest.GetMockCollection[*corev1.Service](mc)
	if !services.HasSynced() {
		t.Error("the collection is not synced")
	}
	if got := services.GetKey("default/web"); got == nil || (*got).Spec.Selector["app"] != "web" {
		t.Errorf("GetKey(default/web) = %+v", got)
	}
	if n := len(services.List()); n != 2 {
		t.Errorf("%d services, want 2", n)
	}
	if got := krttest.GetMockSingleton[object](mc).Get(); got == nil || got.Key != "plain" {
		t.Errorf("the singleton is %v", got)
	}
	if got := krttest.GetMockSingleton[int](mc); got.Get() != nil || !got.AsCollection().HasSynced() {
		t.Error("a singleton of nothing is not empty and synced")
	}
	// An interface takes what is left.
	if n := len(krttest.GetMockCollection[metav1.Object](mc).List()); n != 2 {
		t.Errorf("%d objects are left, want a pod and a node", n)
	}
	if n := len(krttest.GetMockCollection[*corev1.Pod](mc).List()); n != 0 {
		t.Errorf("%d pods were taken twice", n)
	}
}

func TestNewMock_singletonCanBeSet(t *testing.T) {
	mc := krttest.NewMock(t, []any{object{Key: "a"}})
	s := krttest.GetMockSingleton[object](mc)
	r := krttest.NewRecorder(t, s.AsCollection())
	r.WaitOrdered("add/a")
	s.Set(&object{Key: "b"})
	r.WaitOrdered("delete/a", "add/b")
}

func TestNewMock_failsForWhatItCannotRead(t *testing.T) {
	for name, tt := range map[string]struct {
		yaml string
		want []string
	}{
		"no YAML": {
			yaml: "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: [\n",
			want: []string{"input 1", "document 2", "begins in line 4", "yaml: line 7"},
		},
		"unknown field": {
			yaml: "apiVersion: v1\nkind: Pod\nspec: {hostname: h, hostName: h}",
			want: []string{"document 1", "line 1", `unknown field "spec.hostName"`},
		},
		"unknown kind": {
			yaml: "---\napiVersion: example.com/v1\nkind: Unheard\n",
			want: []string{"document 2", "line 2", "Unheard"},
		},
		"no kind": {yaml: "a: b", want: []string{"document 1", "Kind"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, func(f *failures) { krttest.NewMock(f, []any{object{Key: "a"}, tt.yaml}) }, tt.want...)
		})
	}
}

func TestNewMock_failsForWhatNobodyTook(t *testing.T) {
	wantFailure(t, func(f *failures) {
		mc := krttest.NewMock(f, []any{manifests, object{Key: "forgotten"}, 7})
		krttest.GetMockCollection[*corev1.Service](mc)
	}, "*v1.Pod default/web-1", "object forgotten", "int static")
}

func TestNewMock_failsForASingletonOfSeveral(t *testing.T) {
	wantFailure(t, func(f *failures) {
		mc := krttest.NewMock(f, []any{manifests})
		krttest.GetMockCollection[*corev1.Pod](mc)
		krttest.GetMockSingleton[*corev1.Service](mc)
	}, "2 inputs are a *v1.Service")
}

func TestNewMock_withAScheme(t *testing.T) {
	s := runtime.NewScheme()
	s.AddKnownTypes(corev1.SchemeGroupVersion, &corev1.Pod{})
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}"
	mc := krttest.NewMock(t, []any{pod}, krttest.WithScheme(s))
	if got := krttest.GetMockCollection[*corev1.Pod](mc).GetKey("p"); got == nil {
		t.Error("the pod is missing")
	}
	wantFailure(t, func(f *failures) { krttest.NewMock(f, []any{manifests}, krttest.WithScheme(s)) }, "Service")
}

func TestOptions_endWithTheTest(t *testing.T) {
	var opts krt.OptionsBuilder
	var c krt.Collection[object]
	wantPass(t, func(f *failures) {
		opts = krttest.Options(f)
		c = krt.NewStaticCollection[object](newSyncer(), nil, opts.WithName("of this test")...)
		if opts.Debugger() != krt.GlobalDebugHandler {
			t.Error("the debug handler is not the global one")
		}
		dump, err := json.Marshal(krt.GlobalDebugHandler)
		if err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(dump), `"test/of this test"`) {
			t.Errorf("the debug handler does not show the collection: %s", dump)
		}
	})
	select {
	case <-opts.Stop():
	default:
		t.Error("the stop channel is open after the test")
	}
	if c.WaitUntilSynced(nil) {
		t.Error("the collection became synced")
	}
}
