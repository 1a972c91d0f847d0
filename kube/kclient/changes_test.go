// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kclient"
)

func deployment() *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Labels: map[string]string{"a": "1", "b": "1"}},
		Spec:       appsv1.DeploymentSpec{MinReadySeconds: 3},
		Status:     appsv1.DeploymentStatus{ReadyReplicas: 1, ObservedGeneration: 1 << 60},
	}
}

func TestPatchChanges_sendsWhatChangedAndNothingElse(t *testing.T) {
	client, wire := writers(t, deployment())
	deployments := kclient.NewWriteClient[*appsv1.Deployment](client)
	original, err := deployments.GetLive(t.Context(), "web", "shop")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(d *appsv1.Deployment)
		opts   []kclient.WriteOption
		want   string
	}{
		{"nothing", func(*appsv1.Deployment) {}, nil, ""},
		{"status only", func(d *appsv1.Deployment) { d.Status.ReadyReplicas = 9 }, nil, ""},
		{"no status", func(d *appsv1.Deployment) { d.Spec.Paused = true }, []kclient.WriteOption{kclient.Subresource("status")}, ""},
		{"managed fields", func(d *appsv1.Deployment) { d.ManagedFields, d.ResourceVersion = nil, "" }, nil, ""},
		{"fields", func(d *appsv1.Deployment) {
			d.Labels = map[string]string{"a": "2"}
			d.Spec.MinReadySeconds = 0
			d.Spec.Paused = true
		}, nil, `{"metadata":{"labels":{"a":"2","b":null}},"spec":{"minReadySeconds":null,"paused":true}}`},
		{"status", func(d *appsv1.Deployment) {
			d.Status.ReadyReplicas = 2
			d.Status.ObservedGeneration++
			d.Labels = nil
		}, []kclient.WriteOption{kclient.Subresource("status")}, `{"status":{"observedGeneration":1152921504606846977,"readyReplicas":2}}`},
		{
			"precondition", func(d *appsv1.Deployment) { d.Spec.Paused = true },
			[]kclient.WriteOption{kclient.IfUID(original.UID)},
			`{"metadata":{"uid":"` + string(original.UID) + `"},"spec":{"paused":true}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			wire.take()
			changed := original.DeepCopy()
			c.change(changed)
			want := changed.DeepCopy()
			answer, err := kclient.PatchChanges(t.Context(), deployments, original, changed, append(c.opts, kclient.DryRun())...)
			if err != nil {
				t.Fatal(err)
			}
			var body string
			for _, s := range wire.take() {
				body += s.body
			}
			if body != c.want {
				t.Errorf("sent %s, want %s", body, c.want)
			}
			if c.want == "" && answer != changed {
				t.Error("nothing was sent, and the changed object is not returned")
			}
			if diff := cmp.Diff(want, changed); diff != "" {
				t.Errorf("the caller's object was changed (-want +got):\n%s", diff)
			}
		})
	}
	other := original.DeepCopy()
	other.Name = "other"
	if _, err := kclient.PatchChanges(t.Context(), deployments, original, other); err == nil || !strings.Contains(err.Error(), "shop/other") {
		t.Errorf("changes between two objects: %v", err)
	}
}

func TestFinalizers_areAddedAndRemovedWithoutLosingThoseOfOthers(t *testing.T) {
	client, wire := writers(t, settings("a", "1"))
	maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
	ctx := t.Context()
	first, err := maps.GetLive(ctx, "a", "shop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kclient.AddFinalizer(ctx, maps, first, "example.com/theirs"); err != nil {
		t.Fatal(err)
	}
	// first is an older version now; one that names none is as well.
	for _, m := range []*corev1.ConfigMap{first, settings("a", "1")} {
		got, err := kclient.AddFinalizer(ctx, maps, m, "example.com/ours", kclient.FieldOwner("me"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"example.com/theirs", "example.com/ours"}, got.Finalizers); diff != "" {
			t.Errorf("finalizers mismatch (-want +got):\n%s", diff)
		}
	}
	if first.Finalizers != nil {
		t.Error("the caller's object was changed")
	}
	current, err := maps.GetLive(ctx, "a", "shop")
	if err != nil {
		t.Fatal(err)
	}
	wire.take()
	if m, err := kclient.AddFinalizer(ctx, maps, current, "example.com/ours"); err != nil || m != current || len(wire.take()) > 0 {
		t.Errorf("AddFinalizer of what is there = %v, %v; want the object and no request", m, err)
	}

	if err := maps.Delete("a", "shop"); err != nil {
		t.Fatal(err)
	}
	if _, err := kclient.RemoveFinalizer(ctx, maps, current, "example.com/theirs"); err != nil {
		t.Fatal(err)
	}
	left, err := maps.GetLive(ctx, "a", "shop")
	if err != nil || len(left.Finalizers) != 1 {
		t.Fatalf("object is %v, %v", left, err)
	}
	if _, err := kclient.RemoveFinalizer(ctx, maps, left, "example.com/ours"); err != nil {
		t.Fatal(err)
	}
	if _, err := maps.GetLive(ctx, "a", "shop"); !apierrors.IsNotFound(err) {
		t.Errorf("GetLive = %v, want NotFound", err)
	}
	if m, err := kclient.RemoveFinalizer(ctx, maps, left, "example.com/ours"); err != nil || m != left {
		t.Errorf("RemoveFinalizer of what is gone = %v, %v", m, err)
	}
	if _, err := kclient.AddFinalizer(ctx, maps, left, "example.com/new"); !apierrors.IsNotFound(err) {
		t.Errorf("AddFinalizer of what is gone: %v, want NotFound", err)
	}

	// Another object of the same name is not touched.
	if _, err := maps.Create(settings("a", "2")); err != nil {
		t.Fatal(err)
	}
	if _, err := kclient.AddFinalizer(ctx, maps, left, "example.com/new"); !apierrors.IsNotFound(err) {
		t.Errorf("AddFinalizer of another object: %v, want NotFound", err)
	}
	if _, err := kclient.RemoveFinalizer(ctx, maps, left, "example.com/ours"); err != nil {
		t.Errorf("RemoveFinalizer of another object: %v", err)
	}
}

// busy is a client whose objects are changed by others after each of the next reads.
type busy struct {
	kclient.DirectClient[*corev1.ConfigMap]

	reads int
}

func (b *busy) GetLive(ctx context.Context, name, namespace string) (*corev1.ConfigMap, error) {
	m, err := b.DirectClient.GetLive(ctx, name, namespace)
	if b.reads--; err != nil || b.reads < 0 {
		return m, err
	}
	_, err = b.Update(settings(name, m.ResourceVersion))
	return m, err
}

func TestCreateOrUpdateCtx_startsAgainWhenOthersAreFaster(t *testing.T) {
	client, _ := writers(t, settings("a", "1"))
	maps := &busy{DirectClient: kclient.NewWriteClient[*corev1.ConfigMap](client), reads: 4}
	m, err := kclient.CreateOrUpdateCtx(t.Context(), maps, settings("a", "mine"))
	if err != nil || m.Data["value"] != "mine" {
		t.Errorf("CreateOrUpdateCtx = %v, %v; want success at the fifth attempt", m, err)
	}
	maps.reads = 5
	if _, err := kclient.CreateOrUpdateCtx(t.Context(), maps, settings("a", "mine")); !apierrors.IsConflict(err) {
		t.Errorf("error is %v, want a conflict", err)
	}
	maps.reads = 1
	if _, err := kclient.CreateOrUpdate(kclient.Writer[*corev1.ConfigMap](maps), settings("a", "mine")); err != nil {
		t.Errorf("CreateOrUpdate: %v", err)
	}
}

func TestAddFinalizer_givesUpAgainstOthersThatAreAlwaysFaster(t *testing.T) {
	client, _ := writers(t, settings("a", "1"))
	maps := &busy{DirectClient: kclient.NewWriteClient[*corev1.ConfigMap](client), reads: 5}
	_, err := kclient.AddFinalizer(t.Context(), maps, settings("a", "1"), "example.com/ours")
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), "5 attempts") {
		t.Errorf("error is %v, want a conflict after 5 attempts", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kclient.AddFinalizer(ctx, maps, settings("a", "1"), "example.com/ours"); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}
