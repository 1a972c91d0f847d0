// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"strconv"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// fieldsOf makes selectable fields out of functions on the Go type. An object of another version of the kind has "".
func fieldsOf[T object.Object](fields map[string]func(T) string) map[string]func(object.Object) string {
	out := make(map[string]func(object.Object) string, len(fields))
	for name, get := range fields {
		out[name] = func(obj object.Object) string {
			typed, ok := obj.(T)
			if !ok {
				return ""
			}
			return get(typed)
		}
	}
	return out
}

func boolText(b bool) string { return strconv.FormatBool(b) }

func intText(n int32) string { return strconv.Itoa(int(n)) }

func podFields() map[string]func(object.Object) string {
	return fieldsOf(map[string]func(*corev1.Pod) string{
		"spec.nodeName":            func(p *corev1.Pod) string { return p.Spec.NodeName },
		"spec.restartPolicy":       func(p *corev1.Pod) string { return string(p.Spec.RestartPolicy) },
		"spec.schedulerName":       func(p *corev1.Pod) string { return p.Spec.SchedulerName },
		"spec.serviceAccountName":  func(p *corev1.Pod) string { return p.Spec.ServiceAccountName },
		"spec.hostNetwork":         func(p *corev1.Pod) string { return boolText(p.Spec.HostNetwork) },
		"status.phase":             func(p *corev1.Pod) string { return string(p.Status.Phase) },
		"status.podIP":             podIP,
		"status.nominatedNodeName": func(p *corev1.Pod) string { return p.Status.NominatedNodeName },
	})
}

func podIP(p *corev1.Pod) string {
	if len(p.Status.PodIPs) > 0 {
		return p.Status.PodIPs[0].IP
	}
	return p.Status.PodIP
}

func eventFields() map[string]func(object.Object) string {
	source := func(e *corev1.Event) string {
		if e.Source.Component != "" {
			return e.Source.Component
		}
		return e.ReportingController
	}
	return fieldsOf(map[string]func(*corev1.Event) string{
		"involvedObject.kind":            func(e *corev1.Event) string { return e.InvolvedObject.Kind },
		"involvedObject.namespace":       func(e *corev1.Event) string { return e.InvolvedObject.Namespace },
		"involvedObject.name":            func(e *corev1.Event) string { return e.InvolvedObject.Name },
		"involvedObject.uid":             func(e *corev1.Event) string { return string(e.InvolvedObject.UID) },
		"involvedObject.apiVersion":      func(e *corev1.Event) string { return e.InvolvedObject.APIVersion },
		"involvedObject.resourceVersion": func(e *corev1.Event) string { return e.InvolvedObject.ResourceVersion },
		"involvedObject.fieldPath":       func(e *corev1.Event) string { return e.InvolvedObject.FieldPath },
		"reason":                         func(e *corev1.Event) string { return e.Reason },
		"reportingComponent":             func(e *corev1.Event) string { return e.ReportingController },
		"source":                         source,
		"type":                           func(e *corev1.Event) string { return e.Type },
	})
}

func csrFields() map[string]func(object.Object) string {
	return fieldsOf(map[string]func(*certificatesv1.CertificateSigningRequest) string{
		"spec.signerName": func(c *certificatesv1.CertificateSigningRequest) string { return c.Spec.SignerName },
	})
}
