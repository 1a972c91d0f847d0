// SPDX-License-Identifier: Apache-2.0

package types

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// builtinScope returns the scope of a kind that Kubernetes itself serves, and
// ScopeUnknown for any other.
func builtinScope(gk schema.GroupKind) Scope {
	switch gk.Group {
	case "":
		return coreScope(gk.Kind)
	case "apps":
		return namespaced(gk.Kind, "ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
	case "batch":
		return namespaced(gk.Kind, "CronJob", "Job")
	case "autoscaling":
		return namespaced(gk.Kind, "HorizontalPodAutoscaler")
	case "policy":
		return namespaced(gk.Kind, "PodDisruptionBudget")
	case "discovery.k8s.io":
		return namespaced(gk.Kind, "EndpointSlice")
	case "events.k8s.io":
		return namespaced(gk.Kind, "Event")
	case "networking.k8s.io":
		return either(
			namespaced(gk.Kind, "Ingress", "NetworkPolicy"),
			clusterScoped(gk.Kind, "IngressClass", "IPAddress", "ServiceCIDR"),
		)
	case "rbac.authorization.k8s.io":
		return either(
			namespaced(gk.Kind, "Role", "RoleBinding"),
			clusterScoped(gk.Kind, "ClusterRole", "ClusterRoleBinding"),
		)
	case "coordination.k8s.io":
		return namespaced(gk.Kind, "Lease", "LeaseCandidate")
	case "authorization.k8s.io":
		return either(
			namespaced(gk.Kind, "LocalSubjectAccessReview"),
			clusterScoped(gk.Kind, "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"),
		)
	case "authentication.k8s.io":
		return clusterScoped(gk.Kind, "SelfSubjectReview", "TokenReview")
	case "admissionregistration.k8s.io":
		return clusterScoped(gk.Kind, "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
			"MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
			"ValidatingWebhookConfiguration")
	case "apiextensions.k8s.io":
		return clusterScoped(gk.Kind, "CustomResourceDefinition")
	case "apiregistration.k8s.io":
		return clusterScoped(gk.Kind, "APIService")
	case "certificates.k8s.io":
		return either(
			namespaced(gk.Kind, "PodCertificateRequest"),
			clusterScoped(gk.Kind, "CertificateSigningRequest", "ClusterTrustBundle"),
		)
	case "extensions":
		return namespaced(gk.Kind, "DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet")
	case "flowcontrol.apiserver.k8s.io":
		return clusterScoped(gk.Kind, "FlowSchema", "PriorityLevelConfiguration")
	case "internal.apiserver.k8s.io":
		return clusterScoped(gk.Kind, "StorageVersion")
	case "lifecycle.k8s.io":
		return namespaced(gk.Kind, "Eviction", "EvictionRequest")
	case "node.k8s.io":
		return clusterScoped(gk.Kind, "RuntimeClass")
	case "resource.k8s.io":
		return either(
			namespaced(gk.Kind, "ResourceClaim", "ResourceClaimTemplate"),
			clusterScoped(gk.Kind, "DeviceClass", "DeviceTaintRule", "ResourcePoolStatusRequest", "ResourceSlice"),
		)
	case "scheduling.k8s.io":
		return either(
			namespaced(gk.Kind, "CompositePodGroup", "PodGroup", "Workload"),
			clusterScoped(gk.Kind, "PriorityClass"),
		)
	case "storage.k8s.io":
		return either(
			namespaced(gk.Kind, "CSIStorageCapacity"),
			clusterScoped(gk.Kind, "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"),
		)
	case "storagemigration.k8s.io":
		return clusterScoped(gk.Kind, "StorageVersionMigration")
	default:
		return ScopeUnknown
	}
}

func coreScope(kind string) Scope {
	return either(
		namespaced(kind, "ConfigMap", "Endpoints", "Event", "LimitRange", "PersistentVolumeClaim", "Pod", "PodTemplate",
			"ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount"),
		clusterScoped(kind, "ComponentStatus", "Namespace", "Node", "PersistentVolume"),
	)
}

func namespaced(kind string, kinds ...string) Scope {
	return scopeIfIn(ScopeNamespaced, kind, kinds)
}

func clusterScoped(kind string, kinds ...string) Scope {
	return scopeIfIn(ScopeCluster, kind, kinds)
}

func scopeIfIn(scope Scope, kind string, kinds []string) Scope {
	if slices.Contains(kinds, kind) {
		return scope
	}
	return ScopeUnknown
}

func either(a, b Scope) Scope {
	if a != ScopeUnknown {
		return a
	}
	return b
}
