// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
)

// partial is what every object has.
type partial struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
}

// checkNames applies the rules for names and labels that an API server applies to
// all kinds. It reports a mistake at the node that holds the name.
func checkNames(
	obj *unstructured.Unstructured, root *yaml.Node, namespaced bool,
	report func(n *yaml.Node, path, reason string, warning bool),
) {
	name := obj.GetName()
	switch {
	case name == "" && obj.GetGenerateName() != "":
		report(nodeAt(root, "metadata", "generateName"), "metadata.generateName",
			"a manifest that is read again and again needs metadata.name", false)
	case name == "":
		report(nameNode(root), "metadata.name", "missing", false)
	default:
		for _, reason := range nameRule(obj.GroupVersionKind())(name) {
			report(nameNode(root), "metadata.name", fmt.Sprintf("%q: %s", name, reason), false)
		}
	}
	if ns := obj.GetNamespace(); ns != "" {
		at := nodeAt(root, "metadata", "namespace")
		if !namespaced {
			report(at, "metadata.namespace", obj.GetKind()+" has no namespace; it is ignored", true)
		} else {
			for _, reason := range validation.IsDNS1123Label(ns) {
				report(at, "metadata.namespace", fmt.Sprintf("%q: %s", ns, reason), false)
			}
		}
	}
	labels := obj.GetLabels()
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		at := nodeAt(root, "metadata", "labels", key)
		for _, reason := range validation.IsQualifiedName(key) {
			report(at, field("metadata.labels", key), reason, false)
		}
		for _, reason := range validation.IsValidLabelValue(labels[key]) {
			report(at, field("metadata.labels", key), fmt.Sprintf("%q: %s", labels[key], reason), false)
		}
	}
}

// nameRule returns the check for the names of a kind. Kinds that are not listed
// allow whatever can stand in a URL.
func nameRule(gvk schema.GroupVersionKind) func(string) []string {
	switch gvk.GroupKind().String() {
	case "Service":
		return validation.IsDNS1035Label
	case "Namespace":
		return validation.IsDNS1123Label
	case "Pod", "Node", "ConfigMap", "Secret", "ServiceAccount", "Deployment.apps", "StatefulSet.apps",
		"DaemonSet.apps", "ReplicaSet.apps", "EndpointSlice.discovery.k8s.io", "Job.batch", "CronJob.batch":
		return validation.IsDNS1123Subdomain
	default:
		return func(name string) []string {
			if name == "." || name == ".." || strings.ContainsAny(name, "/%") {
				return []string{"must not be '.' or '..', nor contain '/' or '%'"}
			}
			return nil
		}
	}
}
