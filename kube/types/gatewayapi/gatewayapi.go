// SPDX-License-Identifier: Apache-2.0

package gatewayapi

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	v1 "sigs.k8s.io/gateway-api/apis/v1"
	v1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	v1alpha3 "sigs.k8s.io/gateway-api/apis/v1alpha3"
	v1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
	experimental "sigs.k8s.io/gateway-api/apisx/v1alpha1"

	"github.com/krtkit/krtkit/kube/types"
)

// Types returns all kinds of the Gateway API in all versions that it has Go types for, with
// the experimental ones. The caller owns the slice.
func Types() []types.Registration {
	return slices.Concat(
		v1Types(),
		v1beta1Types(),
		v1alpha2Types(),
		v1alpha3Types(),
		experimentalTypes(),
	)
}

// MinimumVersions returns the oldest bundles of the Gateway API whose definitions serve what these
// Go types are, by the name of the definition, and the annotation in which a definition has
// its bundle's version: the arguments of kube.MinimumCRDVersions. Older definitions are of
// experimental versions that others have replaced. The caller owns the map.
func MinimumVersions() (table map[string]string, annotation string) {
	return map[string]string{
		"grpcroutes.gateway.networking.k8s.io":         "1.1.0",
		"backendtlspolicies.gateway.networking.k8s.io": "1.4.0",
		"tlsroutes.gateway.networking.k8s.io":          "1.5.0",
		"tcproutes.gateway.networking.k8s.io":          "1.6.0",
	}, "gateway.networking.k8s.io/bundle-version"
}

func v1Types() []types.Registration {
	gv := schema.GroupVersion(v1.GroupVersion)
	return []types.Registration{
		types.Of[*v1.BackendTLSPolicy](gv.WithKind("BackendTLSPolicy"), gv.WithResource("backendtlspolicies"), types.ScopeNamespaced),
		types.Of[*v1.GRPCRoute](gv.WithKind("GRPCRoute"), gv.WithResource("grpcroutes"), types.ScopeNamespaced),
		types.Of[*v1.Gateway](gv.WithKind("Gateway"), gv.WithResource("gateways"), types.ScopeNamespaced),
		types.Of[*v1.GatewayClass](gv.WithKind("GatewayClass"), gv.WithResource("gatewayclasses"), types.ScopeCluster),
		types.Of[*v1.HTTPRoute](gv.WithKind("HTTPRoute"), gv.WithResource("httproutes"), types.ScopeNamespaced),
		types.Of[*v1.ListenerSet](gv.WithKind("ListenerSet"), gv.WithResource("listenersets"), types.ScopeNamespaced),
		types.Of[*v1.ReferenceGrant](gv.WithKind("ReferenceGrant"), gv.WithResource("referencegrants"), types.ScopeNamespaced),
		types.Of[*v1.TCPRoute](gv.WithKind("TCPRoute"), gv.WithResource("tcproutes"), types.ScopeNamespaced),
		types.Of[*v1.TLSRoute](gv.WithKind("TLSRoute"), gv.WithResource("tlsroutes"), types.ScopeNamespaced),
		types.Of[*v1.UDPRoute](gv.WithKind("UDPRoute"), gv.WithResource("udproutes"), types.ScopeNamespaced),
	}
}

func v1beta1Types() []types.Registration {
	gv := schema.GroupVersion(v1beta1.GroupVersion)
	return []types.Registration{
		types.Of[*v1beta1.Gateway](gv.WithKind("Gateway"), gv.WithResource("gateways"), types.ScopeNamespaced),
		types.Of[*v1beta1.GatewayClass](gv.WithKind("GatewayClass"), gv.WithResource("gatewayclasses"), types.ScopeCluster),
		types.Of[*v1beta1.HTTPRoute](gv.WithKind("HTTPRoute"), gv.WithResource("httproutes"), types.ScopeNamespaced),
		types.Of[*v1beta1.ReferenceGrant](gv.WithKind("ReferenceGrant"), gv.WithResource("referencegrants"), types.ScopeNamespaced),
	}
}

func v1alpha2Types() []types.Registration {
	gv := schema.GroupVersion(v1alpha2.GroupVersion)
	return []types.Registration{
		types.Of[*v1alpha2.GRPCRoute](gv.WithKind("GRPCRoute"), gv.WithResource("grpcroutes"), types.ScopeNamespaced),
		types.Of[*v1alpha2.ReferenceGrant](gv.WithKind("ReferenceGrant"), gv.WithResource("referencegrants"), types.ScopeNamespaced),
		types.Of[*v1alpha2.TCPRoute](gv.WithKind("TCPRoute"), gv.WithResource("tcproutes"), types.ScopeNamespaced),
		types.Of[*v1alpha2.TLSRoute](gv.WithKind("TLSRoute"), gv.WithResource("tlsroutes"), types.ScopeNamespaced),
		types.Of[*v1alpha2.UDPRoute](gv.WithKind("UDPRoute"), gv.WithResource("udproutes"), types.ScopeNamespaced),
	}
}

func v1alpha3Types() []types.Registration {
	gv := schema.GroupVersion(v1alpha3.GroupVersion)
	return []types.Registration{
		types.Of[*v1alpha3.BackendTLSPolicy](gv.WithKind("BackendTLSPolicy"), gv.WithResource("backendtlspolicies"), types.ScopeNamespaced),
		types.Of[*v1alpha3.TLSRoute](gv.WithKind("TLSRoute"), gv.WithResource("tlsroutes"), types.ScopeNamespaced),
	}
}

func experimentalTypes() []types.Registration {
	gv := schema.GroupVersion(experimental.GroupVersion)
	return []types.Registration{
		types.Of[*experimental.XBackend](gv.WithKind("XBackend"), gv.WithResource("xbackends"), types.ScopeNamespaced),
		types.Of[*experimental.XBackendTrafficPolicy](gv.WithKind("XBackendTrafficPolicy"), gv.WithResource("xbackendtrafficpolicies"), types.ScopeNamespaced),
		types.Of[*experimental.XMesh](gv.WithKind("XMesh"), gv.WithResource("xmeshes"), types.ScopeCluster),
	}
}
