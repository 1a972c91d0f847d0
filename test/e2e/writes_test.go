// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/kclient"
)

func TestKClient_preconditionsHoldOnTheServer(t *testing.T) {
	client, _ := newClient(t, startServer(t).RESTConfig())
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	first, err := maps.Create(typedConfigMap("precondition", "1"))
	if err != nil {
		t.Fatal(err)
	}
	current, err := maps.Update(typedConfigMap("precondition", "2"))
	if err != nil {
		t.Fatal(err)
	}
	changed := typedConfigMap("precondition", "3")
	merge := []byte(`{"data":{"key":"3"}}`)
	writes := map[string]func(o kclient.WriteOption) error{
		"update": func(o kclient.WriteOption) error {
			_, err := maps.UpdateCtx(ctx, changed, o, kclient.DryRun())
			return err
		},
		"merge patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "precondition", "default", apitypes.MergePatchType, merge, o, kclient.DryRun())
			return err
		},
		"strategic merge patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "precondition", "default", apitypes.StrategicMergePatchType, merge, o, kclient.DryRun())
			return err
		},
		"JSON patch": func(o kclient.WriteOption) error {
			_, err := maps.PatchCtx(ctx, "precondition", "default", apitypes.JSONPatchType,
				[]byte(`[{"op":"replace","path":"/data/key","value":"3"}]`), o, kclient.DryRun())
			return err
		},
		"apply": func(o kclient.WriteOption) error {
			_, err := maps.ApplyCtx(ctx, changed, o, kclient.DryRun(), kclient.FieldOwner("me"), kclient.Force())
			return err
		},
		"delete": func(o kclient.WriteOption) error {
			return maps.DeleteCtx(ctx, "precondition", "default", o, kclient.DryRun())
		},
	}
	for name, write := range writes {
		if err := write(kclient.IfResourceVersion(first.ResourceVersion)); !apierrors.IsConflict(err) {
			t.Errorf("%s of a former version: %v, want a conflict", name, err)
		}
		if err := write(kclient.IfUID("another")); !apierrors.IsConflict(err) {
			t.Errorf("%s of another UID: %v, want a conflict", name, err)
		}
		if err := write(kclient.IfResourceVersion(current.ResourceVersion)); err != nil {
			t.Errorf("%s of the current version: %v", name, err)
		}
		if err := write(kclient.IfUID(current.UID)); err != nil {
			t.Errorf("%s of its UID: %v", name, err)
		}
	}
}

func TestKClient_appliesScalesAndRecords(t *testing.T) {
	client, stop := newClient(t, startServer(t).RESTConfig())
	ctx := t.Context()
	deployments := kclient.NewWriteClient[*appsv1.Deployment](client)
	labels := map[string]string{"app": "web"}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "applied"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/web:1"}}},
			},
		},
	}
	applied, err := deployments.ApplyCtx(ctx, d, kclient.FieldOwner("me"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := deployments.ApplyCtx(ctx, d, kclient.FieldOwner("me"))
	if err != nil || again.ResourceVersion != applied.ResourceVersion {
		t.Errorf("the same again: %v, version %s after %s", err, again.ResourceVersion, applied.ResourceVersion)
	}
	d.Status.ReadyReplicas, d.Status.Replicas = 1, 1
	status, err := deployments.ApplyCtx(ctx, d, kclient.FieldOwner("me"), kclient.Subresource("status"))
	if err != nil || status.Status.ReadyReplicas != 1 {
		t.Errorf("status: %v, %v", status, err)
	}

	var scale autoscalingv1.Scale
	if err := deployments.GetSubresource(ctx, "applied", "default", "scale", &scale); err != nil || scale.Spec.Replicas != 1 {
		t.Fatalf("scale is %v, %v", scale, err)
	}
	scale.Spec.Replicas = 3
	scale.TypeMeta = metav1.TypeMeta{}
	if err := deployments.UpdateSubresource(ctx, "applied", "default", "scale", &scale, &scale); err != nil || scale.Spec.Replicas != 3 {
		t.Errorf("scaled to %v, %v", scale.Spec, err)
	}

	// Own writes, seen and hidden.
	maps := kclient.NewFiltered[*corev1.ConfigMap](client, smoke)
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}
	seen, err := maps.CreateCtx(ctx, typedConfigMap("own", "1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := maps.WaitFor(ctx, seen.ResourceVersion); err != nil || maps.Get("own", "default") == nil {
		t.Errorf("WaitFor = %v, Get = %v", err, maps.Get("own", "default"))
	}
	unseen := typedConfigMap("own-unseen", "1")
	unseen.Labels = nil
	if unseen, err = maps.CreateCtx(ctx, unseen); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := maps.WaitFor(ctx, unseen.ResourceVersion); err != nil {
		t.Error(err)
	}
	t.Logf("a hidden write was waited for %v", time.Since(began))

	recorder := kclient.NewEventRecorder(client, "example.com/e2e")
	for range 5 {
		recorder.Write(applied, corev1.EventTypeNormal, "Scaled", "to %d", 3)
	}
	recorder.Write(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}}, corev1.EventTypeWarning, "Full", "full")
	recorder.Shutdown()
	got := map[string]int32{}
	events := kclient.NewWriteClient[*eventsv1.Event](client)
	for e, err := range kclient.AllLive(ctx, events, "default", metav1.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.ReportingController == "example.com/e2e" {
			got[e.Note] = 1
			if e.Series != nil {
				got[e.Note] = e.Series.Count
			}
		}
	}
	if diff := cmp.Diff(map[string]int32{"to 3": 5, "full": 1}, got); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}
