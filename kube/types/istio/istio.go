// SPDX-License-Identifier: Apache-2.0

package istio

import (
	"slices"

	extensionsv1alpha1 "istio.io/client-go/pkg/apis/extensions/v1alpha1"
	networkingv1 "istio.io/client-go/pkg/apis/networking/v1"
	networkingv1alpha3 "istio.io/client-go/pkg/apis/networking/v1alpha3"
	networkingv1beta1 "istio.io/client-go/pkg/apis/networking/v1beta1"
	securityv1 "istio.io/client-go/pkg/apis/security/v1"
	securityv1beta1 "istio.io/client-go/pkg/apis/security/v1beta1"
	telemetryv1 "istio.io/client-go/pkg/apis/telemetry/v1"
	telemetryv1alpha1 "istio.io/client-go/pkg/apis/telemetry/v1alpha1"

	"github.com/krtkit/krtkit/kube/types"
)

// Types returns all kinds of Istio's configuration in all versions that it has Go types for.
// The caller owns the slice.
func Types() []types.Registration {
	return slices.Concat(
		networkingv1Types(),
		networkingv1beta1Types(),
		networkingv1alpha3Types(),
		securityv1Types(),
		securityv1beta1Types(),
		telemetryv1Types(),
		telemetryv1alpha1Types(),
		extensionsv1alpha1Types(),
	)
}

func networkingv1Types() []types.Registration {
	gv := networkingv1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*networkingv1.DestinationRule](gv.WithKind("DestinationRule"), gv.WithResource("destinationrules"), types.ScopeNamespaced),
		types.Of[*networkingv1.Gateway](gv.WithKind("Gateway"), gv.WithResource("gateways"), types.ScopeNamespaced),
		types.Of[*networkingv1.ServiceEntry](gv.WithKind("ServiceEntry"), gv.WithResource("serviceentries"), types.ScopeNamespaced),
		types.Of[*networkingv1.Sidecar](gv.WithKind("Sidecar"), gv.WithResource("sidecars"), types.ScopeNamespaced),
		types.Of[*networkingv1.VirtualService](gv.WithKind("VirtualService"), gv.WithResource("virtualservices"), types.ScopeNamespaced),
		types.Of[*networkingv1.WorkloadEntry](gv.WithKind("WorkloadEntry"), gv.WithResource("workloadentries"), types.ScopeNamespaced),
		types.Of[*networkingv1.WorkloadGroup](gv.WithKind("WorkloadGroup"), gv.WithResource("workloadgroups"), types.ScopeNamespaced),
	}
}

func networkingv1beta1Types() []types.Registration {
	gv := networkingv1beta1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*networkingv1beta1.DestinationRule](gv.WithKind("DestinationRule"), gv.WithResource("destinationrules"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.Gateway](gv.WithKind("Gateway"), gv.WithResource("gateways"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.ProxyConfig](gv.WithKind("ProxyConfig"), gv.WithResource("proxyconfigs"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.ServiceEntry](gv.WithKind("ServiceEntry"), gv.WithResource("serviceentries"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.Sidecar](gv.WithKind("Sidecar"), gv.WithResource("sidecars"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.VirtualService](gv.WithKind("VirtualService"), gv.WithResource("virtualservices"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.WorkloadEntry](gv.WithKind("WorkloadEntry"), gv.WithResource("workloadentries"), types.ScopeNamespaced),
		types.Of[*networkingv1beta1.WorkloadGroup](gv.WithKind("WorkloadGroup"), gv.WithResource("workloadgroups"), types.ScopeNamespaced),
	}
}

func networkingv1alpha3Types() []types.Registration {
	gv := networkingv1alpha3.SchemeGroupVersion
	return []types.Registration{
		types.Of[*networkingv1alpha3.DestinationRule](gv.WithKind("DestinationRule"), gv.WithResource("destinationrules"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.EnvoyFilter](gv.WithKind("EnvoyFilter"), gv.WithResource("envoyfilters"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.Gateway](gv.WithKind("Gateway"), gv.WithResource("gateways"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.ServiceEntry](gv.WithKind("ServiceEntry"), gv.WithResource("serviceentries"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.Sidecar](gv.WithKind("Sidecar"), gv.WithResource("sidecars"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.VirtualService](gv.WithKind("VirtualService"), gv.WithResource("virtualservices"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.WorkloadEntry](gv.WithKind("WorkloadEntry"), gv.WithResource("workloadentries"), types.ScopeNamespaced),
		types.Of[*networkingv1alpha3.WorkloadGroup](gv.WithKind("WorkloadGroup"), gv.WithResource("workloadgroups"), types.ScopeNamespaced),
	}
}

func securityv1Types() []types.Registration {
	gv := securityv1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*securityv1.AuthorizationPolicy](gv.WithKind("AuthorizationPolicy"), gv.WithResource("authorizationpolicies"), types.ScopeNamespaced),
		types.Of[*securityv1.PeerAuthentication](gv.WithKind("PeerAuthentication"), gv.WithResource("peerauthentications"), types.ScopeNamespaced),
		types.Of[*securityv1.RequestAuthentication](gv.WithKind("RequestAuthentication"), gv.WithResource("requestauthentications"), types.ScopeNamespaced),
	}
}

func securityv1beta1Types() []types.Registration {
	gv := securityv1beta1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*securityv1beta1.AuthorizationPolicy](gv.WithKind("AuthorizationPolicy"), gv.WithResource("authorizationpolicies"), types.ScopeNamespaced),
		types.Of[*securityv1beta1.PeerAuthentication](gv.WithKind("PeerAuthentication"), gv.WithResource("peerauthentications"), types.ScopeNamespaced),
		types.Of[*securityv1beta1.RequestAuthentication](gv.WithKind("RequestAuthentication"), gv.WithResource("requestauthentications"), types.ScopeNamespaced),
	}
}

func telemetryv1Types() []types.Registration {
	gv := telemetryv1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*telemetryv1.Telemetry](gv.WithKind("Telemetry"), gv.WithResource("telemetries"), types.ScopeNamespaced),
	}
}

func telemetryv1alpha1Types() []types.Registration {
	gv := telemetryv1alpha1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*telemetryv1alpha1.Telemetry](gv.WithKind("Telemetry"), gv.WithResource("telemetries"), types.ScopeNamespaced),
	}
}

func extensionsv1alpha1Types() []types.Registration {
	gv := extensionsv1alpha1.SchemeGroupVersion
	return []types.Registration{
		types.Of[*extensionsv1alpha1.TrafficExtension](gv.WithKind("TrafficExtension"), gv.WithResource("trafficextensions"), types.ScopeNamespaced),
		types.Of[*extensionsv1alpha1.WasmPlugin](gv.WithKind("WasmPlugin"), gv.WithResource("wasmplugins"), types.ScopeNamespaced),
	}
}
