// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/controllers"
)

func pod(name, version string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: version}}
}

func tombstone(obj any) cache.DeletedFinalStateUnknown {
	return cache.DeletedFinalStateUnknown{Key: "key", Obj: obj}
}

func TestExtract_takesAnythingWithoutPanic(t *testing.T) {
	p := pod("p", "1")
	for _, tt := range []struct {
		name string
		obj  any
		want *corev1.Pod
	}{
		{"object", p, p},
		{"object as interface", controllers.Object(p), p},
		{"tombstone", tombstone(p), p},
		{"tombstone of another type", tombstone(&corev1.Service{}), nil},
		{"tombstone of nothing", tombstone(nil), nil},
		{"another type", &corev1.Service{}, nil},
		{"no object at all", time.Second, nil},
		{"nil", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := controllers.Extract[*corev1.Pod](tt.obj); got != tt.want {
				t.Errorf("Extract(%v) = %v, want %v", tt.obj, got, tt.want)
			}
			if got := controllers.ExtractObject(tt.obj); tt.want != nil && got != controllers.Object(tt.want) {
				t.Errorf("ExtractObject(%v) = %v, want %v", tt.obj, got, tt.want)
			}
		})
	}
}

func TestIsNil_knowsNilPointersAndInterfaces(t *testing.T) {
	if !controllers.IsNil[*corev1.Pod](nil) || !controllers.IsNil[controllers.Object](nil) {
		t.Error("nil is not nil")
	}
	if controllers.IsNil(pod("p", "1")) {
		t.Error("a pod is nil")
	}
}

// told collects calls of a handler.
type told []string

func (c *told) event(e controllers.Event) {
	name := func(o controllers.Object) string {
		if o == nil {
			return "-"
		}
		return o.GetName() + o.GetResourceVersion()
	}
	*c = append(*c, e.Event.String()+" "+name(e.Old)+">"+name(e.New)+" latest "+name(e.Latest()))
}

func (c *told) object(o controllers.Object) { *c = append(*c, o.GetName()+o.GetResourceVersion()) }

// play calls a handler as an informer would, and as one never should.
func play(h cache.ResourceEventHandler) {
	h.OnAdd(pod("a", "1"), true)
	h.OnUpdate(pod("a", "1"), pod("a", "2"))
	h.OnUpdate(pod("a", "2"), pod("a", "2"))
	h.OnUpdate(pod("b", "2"), pod("a", "3"))
	h.OnUpdate(pod("a", "3"), pod("b", "4"))
	h.OnDelete(pod("b", "4"))
	h.OnDelete(tombstone(pod("a", "5")))
	h.OnAdd("nonsense", false)
	h.OnUpdate(nil, pod("a", "6"))
	h.OnUpdate(pod("a", "6"), tombstone(nil))
	h.OnDelete(tombstone("nonsense"))
}

// Defects C.1 row 11.
func TestAdapters_callAsTheirTableSays(t *testing.T) {
	isA := func(o controllers.Object) bool { return o.GetName() == "a" }
	var events, objects, typed, filtered, spec, full told
	for _, tt := range []struct {
		name    string
		handler cache.ResourceEventHandler
		got     *told
		want    string
	}{
		{
			"FromEventHandler", controllers.FromEventHandler(events.event), &events,
			"add ->a1 latest a1; update a1>a2 latest a2; update a2>a2 latest a2; update b2>a3 latest a3; " +
				"update a3>b4 latest b4; delete b4>- latest b4; delete a5>- latest a5",
		},
		{"ObjectHandler", controllers.ObjectHandler(objects.object), &objects, "a1;a2;a2;a3;b4;b4;a5"},
		{
			"TypedObjectHandler", controllers.TypedObjectHandler(func(p *corev1.Pod) { typed.object(p) }), &typed,
			"a1;a2;a2;a3;b4;b4;a5",
		},
		{"FilteredObjectHandler", controllers.FilteredObjectHandler(filtered.object, isA), &filtered, "a1;a2;a2;a3;b4;a5"},
		{"FilteredObjectSpecHandler", controllers.FilteredObjectSpecHandler(spec.object, isA), &spec, "a1;a2;a3;b4;a5"},
		{
			"EventHandler", controllers.EventHandler[*corev1.Pod]{
				AddFunc:         func(*corev1.Pod) { full = append(full, "AddFunc called beside AddExtendedFunc") },
				AddExtendedFunc: func(p *corev1.Pod, initial bool) { full.object(p) },
				DeleteFunc:      func(p *corev1.Pod) { full.object(p) },
			}, &full, "a1;b4;a5",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(tt.handler)
			if diff := cmp.Diff(strings.ReplaceAll(tt.want, "; ", ";"), strings.Join(*tt.got, ";")); diff != "" {
				t.Errorf("calls mismatch (-want +got):\n%s", diff)
			}
		})
	}
	play(controllers.EventHandler[*corev1.Pod]{}) // every nil func ignores its events
}

// Defects C.1 row 12.
func TestGenerationChanged_ignoresStatusAndMetadata(t *testing.T) {
	with := func(generation int64, version string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Generation: generation, ResourceVersion: version}}
	}
	for _, tt := range []struct {
		name     string
		old, obj *corev1.Pod
		want     bool
	}{
		{"status only", with(1, "1"), with(1, "2"), false},
		{"spec", with(1, "1"), with(2, "2"), true},
		{"no generations, changed", with(0, "1"), with(0, "2"), true},
		{"no generations, replayed", with(0, "1"), with(0, "1"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := controllers.GenerationChanged(tt.old, tt.obj); got != tt.want {
				t.Errorf("GenerationChanged = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOldestObject_ordersByTimeNameAndNamespace(t *testing.T) {
	at := func(second int, name, namespace string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, CreationTimestamp: metav1.Unix(int64(second), 0),
		}}
	}
	oldest := at(1, "b", "z")
	if got := controllers.OldestObject([]*corev1.Pod{at(2, "a", "a"), at(1, "c", "a"), oldest, at(1, "b", "zz")}); got != oldest {
		t.Errorf("OldestObject = %v, want %v", got, oldest)
	}
	if got := controllers.OldestObject[*corev1.Pod](nil); got != nil {
		t.Errorf("OldestObject of none = %v, want nil", got)
	}
}

func TestIgnoreNotFound_ignoresNothingElse(t *testing.T) {
	other := errors.New("other")
	notFound := apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, "p")
	if controllers.IgnoreNotFound(notFound) != nil || controllers.IgnoreNotFound(nil) != nil {
		t.Error("NotFound was not ignored")
	}
	if got := controllers.IgnoreNotFound(other); !errors.Is(got, other) {
		t.Errorf("IgnoreNotFound(other) = %v", got)
	}
}

type shutdownCounter int

func (c *shutdownCounter) ShutdownHandlers() { *c++ }

func TestShutdownAll_endsEach(t *testing.T) {
	var a, b shutdownCounter
	controllers.ShutdownAll(&a, &b)
	if a != 1 || b != 1 {
		t.Errorf("handlers were ended %d and %d times, want once each", a, b)
	}
}
