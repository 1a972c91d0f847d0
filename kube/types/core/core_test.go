// SPDX-License-Identifier: Apache-2.0

package core_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/kube/types/core"
)

// TestTypes_areKnownBesideAnEmptyScheme looks for a few, with all that a client needs.
func TestTypes_areKnownBesideAnEmptyScheme(t *testing.T) {
	r := types.FromScheme(runtime.NewScheme(), nil)
	if err := r.Register(core.Types()...); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		object controllers.Object
		want   schema.GroupVersionResource
		scope  types.Scope
	}{
		{&corev1.Pod{}, corev1.SchemeGroupVersion.WithResource("pods"), types.ScopeNamespaced},
		{&corev1.Namespace{}, corev1.SchemeGroupVersion.WithResource("namespaces"), types.ScopeCluster},
		{&corev1.Endpoints{}, corev1.SchemeGroupVersion.WithResource("endpoints"), types.ScopeNamespaced}, //nolint:staticcheck // an odd plural
		{&appsv1.Deployment{}, appsv1.SchemeGroupVersion.WithResource("deployments"), types.ScopeNamespaced},
		{&batchv1.CronJob{}, batchv1.SchemeGroupVersion.WithResource("cronjobs"), types.ScopeNamespaced},
		{&discoveryv1.EndpointSlice{}, discoveryv1.SchemeGroupVersion.WithResource("endpointslices"), types.ScopeNamespaced},
		{&networkingv1.NetworkPolicy{}, networkingv1.SchemeGroupVersion.WithResource("networkpolicies"), types.ScopeNamespaced},
		{&rbacv1.ClusterRole{}, rbacv1.SchemeGroupVersion.WithResource("clusterroles"), types.ScopeCluster},
	} {
		info, err := r.ForType(reflect.TypeOf(tt.object))
		if err != nil {
			t.Errorf("%T: %v", tt.object, err)
			continue
		}
		if diff := cmp.Diff(tt.want, info.GVR); diff != "" || info.Scope != tt.scope || !info.DecodesProtobuf() {
			t.Errorf("%T: scope %s, protobuf %t, resource (-want +got):\n%s", tt.object, info.Scope, info.DecodesProtobuf(), diff)
		}
	}
}

// TestTypes_contradictNobody registers them twice, and beside the scheme that they come from.
func TestTypes_contradictNobody(t *testing.T) {
	r := types.FromScheme(nil, nil)
	for range 2 {
		if err := r.Register(core.Types()...); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(core.Types()); n < 60 {
		t.Errorf("there are %d types", n)
	}
}
