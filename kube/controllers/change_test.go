// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/controllers"
)

func TestChanges_seeWhatTheirNamesSay(t *testing.T) {
	type change = func(oldObj, newObj controllers.Object) bool
	functions := []struct {
		name string
		f    change
	}{
		{"generation", controllers.GenerationChanged},
		{"version", controllers.ResourceVersionChanged},
		{"labels", controllers.LabelsChanged},
		{"annotations", controllers.AnnotationsChanged},
		{"deletion", controllers.DeletionChanged},
		{"any", controllers.AnyChanged(controllers.LabelsChanged, controllers.AnnotationsChanged)},
		{"all", controllers.AllChanged(controllers.LabelsChanged, controllers.AnnotationsChanged)},
		{"any of none", controllers.AnyChanged()},
		{"all of none", controllers.AllChanged()},
	}
	now := metav1.NewTime(time.Unix(1, 0))
	one, two := map[string]string{"a": "1"}, map[string]string{"a": "2"}
	for _, tt := range []struct {
		name     string
		old, obj metav1.ObjectMeta
		want     string
	}{
		{"nothing", metav1.ObjectMeta{}, metav1.ObjectMeta{Labels: map[string]string{}}, "all of none"},
		{
			"status",
			metav1.ObjectMeta{Generation: 1, ResourceVersion: "1"},
			metav1.ObjectMeta{Generation: 1, ResourceVersion: "2"},
			"version, all of none",
		},
		{
			"spec",
			metav1.ObjectMeta{Generation: 1, ResourceVersion: "1"},
			metav1.ObjectMeta{Generation: 2, ResourceVersion: "2"},
			"generation, version, all of none",
		},
		{"labels", metav1.ObjectMeta{Labels: one}, metav1.ObjectMeta{Labels: two}, "labels, any, all of none"},
		{"annotations", metav1.ObjectMeta{Annotations: one}, metav1.ObjectMeta{}, "annotations, any, all of none"},
		{
			"both",
			metav1.ObjectMeta{Labels: one},
			metav1.ObjectMeta{Annotations: one},
			"labels, annotations, any, all, all of none",
		},
		{"deletion", metav1.ObjectMeta{}, metav1.ObjectMeta{DeletionTimestamp: &now}, "deletion, all of none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range functions {
				if f.f(&corev1.Pod{ObjectMeta: tt.old}, &corev1.Pod{ObjectMeta: tt.obj}) {
					got = append(got, f.name)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("changes mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChangedObjectHandler_leavesOutUpdatesOnly(t *testing.T) {
	var got told
	play(controllers.ChangedObjectHandler(func(p *corev1.Pod) { got.object(p) }, controllers.ResourceVersionChanged))
	if diff := cmp.Diff("a1;a2;a3;b4;b4;a5", strings.Join(got, ";")); diff != "" {
		t.Errorf("calls mismatch (-want +got):\n%s", diff)
	}
}
