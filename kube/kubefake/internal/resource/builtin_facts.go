// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// A fact is what cannot be read off the Go type of a kind.
type fact struct {
	short       string // short names, separated by spaces
	cluster     bool   // cluster-scoped
	all         bool   // shown by kubectl get all
	generation  bool   // the server counts changes of the spec
	keepStatus  bool   // the status is taken on creation
	conditional bool   // updates must name a resourceVersion
	review      bool   // answers a question, keeps nothing
	readOnly    bool   // get and list only
	hidden      bool   // not a resource
	orphan      bool   // a deletion leaves dependents alone
	scale       *Scale
	name        func(name string, prefix bool) []string
	fields      map[string]func(object.Object) string
	prepare     func(object.Object)
	columns     []Column
}

// builtinFacts returns the facts by group and kind. Kinds with nothing to say are namespaced, have DNS subdomains as
// names, no short names and no generation.
func builtinFacts() map[schema.GroupKind]fact {
	facts := map[schema.GroupKind]fact{}
	for _, add := range []func() map[string]fact{coreFacts, workloadFacts, policyFacts, extensionFacts, reviewFacts} {
		for id, f := range add() {
			facts[schema.ParseGroupKind(id)] = f
		}
	}
	columns := builtinColumns()
	for id, cols := range columns {
		gk := schema.ParseGroupKind(id)
		f := facts[gk]
		f.columns = cols
		facts[gk] = f
	}
	return facts
}

func coreFacts() map[string]fact {
	return map[string]fact{
		"APIGroup":              {hidden: true},
		"ComponentStatus":       {short: "cs", cluster: true, readOnly: true},
		"ConfigMap":             {short: "cm"},
		"Endpoints":             {short: "ep"},
		"Event":                 {short: "ev", fields: eventFields()},
		"LimitRange":            {short: "limits"},
		"Namespace":             {short: "ns", cluster: true, name: validation.NameIsDNSLabel, prepare: prepareNamespace, fields: fieldsOf(map[string]func(*corev1.Namespace) string{"status.phase": func(n *corev1.Namespace) string { return string(n.Status.Phase) }})},
		"Node":                  {short: "no", cluster: true, keepStatus: true, fields: fieldsOf(map[string]func(*corev1.Node) string{"spec.unschedulable": func(n *corev1.Node) string { return boolText(n.Spec.Unschedulable) }})},
		"PersistentVolume":      {short: "pv", cluster: true, prepare: prepared(func(o *corev1.PersistentVolume) { o.Status.Phase = corev1.VolumePending })},
		"PersistentVolumeClaim": {short: "pvc", prepare: prepared(func(o *corev1.PersistentVolumeClaim) { o.Status.Phase = corev1.ClaimPending })},
		"Pod":                   {short: "po", all: true, generation: true, fields: podFields(), prepare: prepared(func(o *corev1.Pod) { o.Status.Phase = corev1.PodPending })},
		"ReplicationController": {short: "rc", all: true, generation: true, orphan: true, scale: scaleOf(controllerScale), fields: fieldsOf(map[string]func(*corev1.ReplicationController) string{"status.replicas": func(r *corev1.ReplicationController) string { return intText(r.Status.Replicas) }})},
		"ResourceQuota":         {short: "quota"},
		"Secret":                {prepare: prepared(prepareSecret), fields: fieldsOf(map[string]func(*corev1.Secret) string{"type": func(s *corev1.Secret) string { return string(s.Type) }})},
		"Service": {short: "svc", all: true, name: validation.NameIsDNS1035Label, fields: fieldsOf(map[string]func(*corev1.Service) string{
			"spec.clusterIP": func(s *corev1.Service) string { return s.Spec.ClusterIP },
			"spec.type":      func(s *corev1.Service) string { return string(s.Spec.Type) },
		})},
		"ServiceAccount":                     {short: "sa"},
		"Event.events.k8s.io":                {short: "ev"},
		"Lease.coordination.k8s.io":          {conditional: true},
		"LeaseCandidate.coordination.k8s.io": {conditional: true},
		"EndpointSlice.discovery.k8s.io":     {generation: true},
	}
}

func workloadFacts() map[string]fact {
	return map[string]fact{
		"DaemonSet.apps":                                  {short: "ds", all: true, generation: true},
		"Deployment.apps":                                 {short: "deploy", all: true, generation: true, scale: scaleOf(deploymentScale)},
		"ReplicaSet.apps":                                 {short: "rs", all: true, generation: true, scale: scaleOf(replicaSetScale)},
		"StatefulSet.apps":                                {short: "sts", all: true, generation: true, scale: scaleOf(statefulSetScale)},
		"CronJob.batch":                                   {short: "cj", all: true, generation: true},
		"Job.batch":                                       {all: true, generation: true, orphan: true},
		"HorizontalPodAutoscaler.autoscaling":             {short: "hpa", all: true},
		"PriorityClass.scheduling.k8s.io":                 {short: "pc", cluster: true, generation: true},
		"PodDisruptionBudget.policy":                      {short: "pdb", generation: true, conditional: true},
		"RuntimeClass.node.k8s.io":                        {cluster: true},
		"DeviceClass.resource.k8s.io":                     {cluster: true, generation: true},
		"DeviceTaintRule.resource.k8s.io":                 {cluster: true, generation: true},
		"ResourcePoolStatusRequest.resource.k8s.io":       {cluster: true},
		"ResourceSlice.resource.k8s.io":                   {cluster: true, generation: true},
		"ResourceClaim.resource.k8s.io":                   {},
		"StorageVersion.internal.apiserver.k8s.io":        {cluster: true},
		"StorageVersionMigration.storagemigration.k8s.io": {cluster: true, generation: true},
	}
}

func policyFacts() map[string]fact {
	pathName := func(name string, prefix bool) []string {
		if prefix {
			return content.IsPathSegmentPrefix(name)
		}
		return content.IsPathSegmentName(name)
	}
	return map[string]fact{
		"ClusterRole.rbac.authorization.k8s.io":                   {cluster: true, name: pathName},
		"ClusterRoleBinding.rbac.authorization.k8s.io":            {cluster: true, name: pathName},
		"Role.rbac.authorization.k8s.io":                          {name: pathName},
		"RoleBinding.rbac.authorization.k8s.io":                   {name: pathName},
		"Ingress.networking.k8s.io":                               {short: "ing", generation: true},
		"IngressClass.networking.k8s.io":                          {cluster: true, generation: true},
		"IPAddress.networking.k8s.io":                             {short: "ip", cluster: true},
		"NetworkPolicy.networking.k8s.io":                         {short: "netpol", generation: true},
		"ServiceCIDR.networking.k8s.io":                           {cluster: true},
		"FlowSchema.flowcontrol.apiserver.k8s.io":                 {cluster: true, generation: true},
		"PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io": {cluster: true, generation: true},
		"CertificateSigningRequest.certificates.k8s.io":           {short: "csr", cluster: true, fields: csrFields()},
		"ClusterTrustBundle.certificates.k8s.io":                  {cluster: true, name: pathName},
	}
}

func extensionFacts() map[string]fact {
	facts := map[string]fact{
		"CSIDriver.storage.k8s.io":             {cluster: true, generation: true},
		"CSINode.storage.k8s.io":               {cluster: true},
		"StorageClass.storage.k8s.io":          {short: "sc", cluster: true},
		"VolumeAttachment.storage.k8s.io":      {cluster: true},
		"VolumeAttributesClass.storage.k8s.io": {short: "vac", cluster: true},
	}
	for kind := range strings.FieldsSeq("MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration " +
		"ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration") {
		facts[kind+".admissionregistration.k8s.io"] = fact{cluster: true, generation: true}
	}
	return facts
}

func reviewFacts() map[string]fact {
	return map[string]fact{
		"SelfSubjectReview.authentication.k8s.io":       {cluster: true, review: true},
		"TokenReview.authentication.k8s.io":             {cluster: true, review: true},
		"LocalSubjectAccessReview.authorization.k8s.io": {review: true},
		"SelfSubjectAccessReview.authorization.k8s.io":  {cluster: true, review: true},
		"SelfSubjectRulesReview.authorization.k8s.io":   {cluster: true, review: true},
		"SubjectAccessReview.authorization.k8s.io":      {cluster: true, review: true},
	}
}

func prepared[T object.Object](f func(T)) func(object.Object) {
	return func(obj object.Object) {
		if typed, ok := obj.(T); ok {
			f(typed)
		}
	}
}

func prepareNamespace(obj object.Object) {
	ns := obj.(*corev1.Namespace)
	ns.Status = corev1.NamespaceStatus{Phase: corev1.NamespaceActive}
	if !slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes) {
		ns.Spec.Finalizers = append(ns.Spec.Finalizers, corev1.FinalizerKubernetes)
	}
}

// LabelNamespace gives a namespace the label that selects it by name, as every write does.
func LabelNamespace(ns *corev1.Namespace) {
	if ns.Name == "" || ns.Labels[corev1.LabelMetadataName] == ns.Name {
		return
	}
	labels := maps.Clone(ns.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[corev1.LabelMetadataName] = ns.Name
	ns.Labels = labels
}

func prepareSecret(s *corev1.Secret) {
	if s.Type == "" {
		s.Type = corev1.SecretTypeOpaque
	}
}

// MergeStringData moves a secret's stringData into its data, as every write does. Other objects stay as they are.
func MergeStringData(obj object.Object) {
	s, ok := obj.(*corev1.Secret)
	if !ok || len(s.StringData) == 0 {
		return
	}
	data := maps.Clone(s.Data)
	if data == nil {
		data = map[string][]byte{}
	}
	for k, v := range s.StringData {
		data[k] = []byte(v)
	}
	s.Data, s.StringData = data, nil
}
