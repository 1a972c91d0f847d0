// SPDX-License-Identifier: Apache-2.0

package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gatewayv1alpha3 "sigs.k8s.io/gateway-api/apis/v1alpha3"
	gatewayv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
	experimental "sigs.k8s.io/gateway-api/apisx/v1alpha1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/kube/types/gatewayapi"
)

// A new version of the API may bring kinds.
func TestTypes_areAllThatTheModuleHas(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		gatewayv1.Install, gatewayv1beta1.Install, gatewayv1alpha2.Install, gatewayv1alpha3.Install, experimental.Install,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	registry := types.FromScheme(nil, nil)
	if err := registry.Register(gatewayapi.Types()...); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for gvk, goType := range scheme.AllKnownTypes() {
		isGateway := strings.HasPrefix(gvk.Group, "gateway.")
		if !isGateway || !scheme.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List")) {
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
	}
	if got := len(gatewayapi.Types()); got != checked || checked == 0 {
		t.Errorf("%d types are registered, the module has %d", got, checked)
	}
}

// Names and scopes are those of the definitions that the module ships.
func TestTypes_areServedUnderTheseNames(t *testing.T) {
	registry := types.FromScheme(nil, nil)
	if err := registry.Register(gatewayapi.Types()...); err != nil {
		t.Fatal(err)
	}
	stable, x := schema.GroupVersion(gatewayv1.GroupVersion), schema.GroupVersion(experimental.GroupVersion)
	got := map[string]string{}
	for _, gvk := range append(
		kinds(stable, "BackendTLSPolicy", "GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ListenerSet",
			"ReferenceGrant", "TCPRoute", "TLSRoute", "UDPRoute"),
		kinds(x, "XBackend", "XBackendTrafficPolicy", "XMesh")...,
	) {
		info, err := registry.ForKind(gvk)
		if err != nil {
			t.Fatal(err)
		}
		got[info.GVR.Resource] = info.Scope.String()
	}
	want := map[string]string{
		"backendtlspolicies": "namespaced", "gatewayclasses": "cluster", "gateways": "namespaced", "grpcroutes": "namespaced",
		"httproutes": "namespaced", "listenersets": "namespaced", "referencegrants": "namespaced", "tcproutes": "namespaced",
		"tlsroutes": "namespaced", "udproutes": "namespaced", "xbackends": "namespaced",
		"xbackendtrafficpolicies": "namespaced", "xmeshes": "cluster",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources mismatch (-want +got):\n%s", diff)
	}
}

// TestMinimumVersions_isATableOfVersions sees that it is what kube.MinimumCRDVersions takes.
// (Contract R-44.)
func TestMinimumVersions_isATableOfVersions(t *testing.T) {
	table, annotation := gatewayapi.MinimumVersions()
	filter, err := kube.MinimumCRDVersions(table, annotation)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, version string
		want          bool
	}{
		{"httproutes", "0.1.0", true},
		{"grpcroutes", "1.1.0-rc.1", true},
		{"grpcroutes", "1.0.9", false},
		{"backendtlspolicies", "1.4.0", true},
		{"backendtlspolicies", "1.3.0", false},
		{"tlsroutes", "1.4.0", false},
		{"tcproutes", "1.5.0", false},
		{"tcproutes", "1.6.0", true},
	} {
		definition := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
			Name: tt.name + ".gateway.networking.k8s.io", Annotations: map[string]string{annotation: tt.version},
		}}
		if got := filter(definition); got != tt.want {
			t.Errorf("%s of bundle %s: got %t, want %t", tt.name, tt.version, got, tt.want)
		}
	}
}
