// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// How the pods are spread.
const (
	namespaces  = 50
	apps        = 100
	podsPerNode = 100
)

// versionLabel has what updates change. It is part of the metadata, so that it is cached
// in every shape.
const versionLabel = "version"

func namespace(i int) string { return fmt.Sprint("namespace-", i%namespaces) }
func name(i int) string      { return fmt.Sprint("pod-", i) }
func node(i int) string      { return fmt.Sprint("node-", i/podsPerNode) }

// smallPod returns a pod of about half a kilobyte.
func smallPod(i, version int) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace(i), Name: name(i),
			Labels: map[string]string{"app": scenario.App(i % apps), "tier": "web", versionLabel: strconv.Itoa(version)},
		},
		Spec: corev1.PodSpec{
			NodeName:   node(i),
			Containers: []corev1.Container{{Name: "app", Image: "app:v1", Ports: []corev1.ContainerPort{{ContainerPort: 8080}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.%d.%d.%d", i/62500, i/250%250, i%250)},
	}
}

// pod returns one as a cluster has them: 3 KiB of JSON, with three containers and fifteen variables in each, and
// 2 KiB of managed fields besides.
func pod(i int) *corev1.Pod {
	p := smallPod(i, 0)
	start := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(i) * time.Second))
	p.CreationTimestamp = start
	p.GenerateName = "web-7d4b9c6f5-"
	p.Labels["pod-template-hash"] = "7d4b9c6f5"
	p.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web-7d4b9c6f5", UID: "6f1d1a52-8f0e-4f3c-9a55-0d3f6c1e7b11", Controller: new(true),
	}}
	p.ManagedFields = managedFields(start)
	p.Spec.Containers = nil
	for c, container := range []string{"app", "proxy", "logs"} {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{
			Name: container, Image: "registry.example.com/shop/" + container + ":v1.14.2",
			Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: int32(8080 + c), Protocol: corev1.ProtocolTCP}},
			Env:   variables(i),
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
			}},
		})
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: container, Ready: true})
	}
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: start}}
	p.Status.StartTime = &start
	return p
}

func variables(i int) []corev1.EnvVar {
	out := make([]corev1.EnvVar, 15)
	for v := range out {
		out[v] = corev1.EnvVar{Name: fmt.Sprintf("SETTING_%02d", v), Value: fmt.Sprintf("%d-%d", i, v)}
	}
	return out
}

// managedFields returns what two managers, such as a controller and a kubelet, leave in a pod.
func managedFields(at metav1.Time) []metav1.ManagedFieldsEntry {
	entry := func(manager string, fields int) metav1.ManagedFieldsEntry {
		var set strings.Builder
		set.WriteString(`{"f:spec":{"f:containers":{`)
		for f := range fields {
			if f > 0 {
				set.WriteByte(',')
			}
			fmt.Fprintf(&set, `"k:{\"name\":\"SETTING_%02d\"}":{".":{},"f:name":{},"f:value":{}}`, f)
		}
		set.WriteString(`}}}`)
		return metav1.ManagedFieldsEntry{
			Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1",
			Time: &at, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(set.String()),
		}
	}
	return []metav1.ManagedFieldsEntry{entry("kube-controller-manager", 18), entry("kubelet", 9)}
}

// object returns what content is compared by: the name and the version.
func object(o metav1.Object) scenario.Object {
	version, _ := strconv.Atoi(strings.TrimSpace(o.GetLabels()[versionLabel])) // 0 if it is missing, which no content is equal to
	return scenario.Object{Name: o.GetNamespace() + "/" + o.GetName(), Payload: [6]int{version + 1}}
}

// objects returns n pods for a server.
func objects(n int, each func(i int) *corev1.Pod) []runtime.Object {
	var out []runtime.Object
	for i := range n {
		out = append(out, each(i))
	}
	return out
}
