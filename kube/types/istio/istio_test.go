// SPDX-License-Identifier: Apache-2.0

package istio_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	extensionsv1alpha1 "istio.io/client-go/pkg/apis/extensions/v1alpha1"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
	networkingv1alpha3 "istio.io/client-go/pkg/apis/networking/v1alpha3"
	networkingv1beta1 "istio.io/client-go/pkg/apis/networking/v1beta1"
	securityv1 "istio.io/client-go/pkg/apis/security/v1"
	securityv1beta1 "istio.io/client-go/pkg/apis/security/v1beta1"
	telemetryv1 "istio.io/client-go/pkg/apis/telemetry/v1"
	telemetryv1alpha1 "istio.io/client-go/pkg/apis/telemetry/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/kube/types/istio"
	"github.com/krtkit/krtkit/util/sets"
)

// A new version of the API may bring kinds.
func TestTypes_areAllThatTheModuleHas(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		extensionsv1alpha1.AddToScheme, networkingv1.AddToScheme, networkingv1alpha3.AddToScheme, networkingv1beta1.AddToScheme,
		securityv1.AddToScheme, securityv1beta1.AddToScheme, telemetryv1.AddToScheme, telemetryv1alpha1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	registry := types.FromScheme(nil, nil)
	if err := registry.Register(istio.Types()...); err != nil {
		t.Fatal(err)
	}
	checked, resources := 0, sets.New[string]()
	for gvk, goType := range scheme.AllKnownTypes() {
		isIstio := strings.HasSuffix(gvk.Group, ".istio.io")
		if !isIstio || !scheme.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List")) {
			continue
		}
		checked++
		info, err := registry.ForKind(gvk)
		if err != nil {
			t.Error(err)
			continue
		}
		if info.Type.Elem() != goType {
			t.Errorf("%s is a %s, want a %s", gvk, info.Type.Elem(), goType)
		}
		if info.Scope != types.ScopeNamespaced {
			t.Errorf("%s is %s, want namespaced", gvk, info.Scope)
		}
		resources.Insert(info.GVR.Resource)
	}
	if got := len(istio.Types()); got != checked || checked == 0 {
		t.Errorf("%d types are registered, the module has %d", got, checked)
	}
	want := []string{
		"authorizationpolicies", "destinationrules", "envoyfilters", "gateways", "peerauthentications", "proxyconfigs",
		"requestauthentications", "serviceentries", "sidecars", "telemetries", "trafficextensions", "virtualservices",
		"wasmplugins", "workloadentries", "workloadgroups",
	}
	if diff := cmp.Diff(want, sets.SortedList(resources)); diff != "" {
		t.Errorf("resources mismatch (-want +got):\n%s", diff)
	}
}
