// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

// placement is what is read of pods in the shapes Projected and Placed.
func placement() *kubetypes.Projection {
	return kubetypes.Project("metadata.labels", "spec.nodeName", "status.podIP", "status.phase")
}

// placedPod is a pod with nothing but that. Only krtkit can take it in the place of the scheme's.
type placedPod struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		NodeName string `json:"nodeName"`
	} `json:"spec"`
	Status struct {
		PodIP string          `json:"podIP"`
		Phase corev1.PodPhase `json:"phase"`
	} `json:"status"`
}

// DeepCopyObject implements [runtime.Object].
func (p *placedPod) DeepCopyObject() runtime.Object {
	c := *p
	c.ObjectMeta = *p.ObjectMeta.DeepCopy()
	return &c
}

func withPlacedPods() kube.Option {
	pods := corev1.SchemeGroupVersion
	return kube.WithTypes(types.Of[*placedPod](pods.WithKind("Pod"), pods.WithResource("pods"), types.ScopeNamespaced))
}
