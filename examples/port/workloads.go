// SPDX-License-Identifier: Apache-2.0

package port

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/cluster"
)

// zoneLabel is the label by which nodes say where they are.
const zoneLabel = "topology.kubernetes.io/zone"

// Workload is a pod as the mesh sees it.
type Workload struct {
	krt.Named
	Cluster  cluster.ID
	Address  string
	Zone     string
	Identity string
	Services []string // namespace/name of those that select it, sorted
}

// Equals reports whether nothing about the workload is different.
func (w Workload) Equals(o Workload) bool {
	return w.Named == o.Named && w.Cluster == o.Cluster && w.Address == o.Address && w.Zone == o.Zone &&
		w.Identity == o.Identity && slices.Equal(w.Services, o.Services)
}

// NewWorkloads derives a workload from every pod that has an address.
func NewWorkloads(id cluster.ID, inputs Inputs, settings krt.Singleton[Settings], opts krt.OptionsBuilder) krt.Collection[Workload] {
	servicesByNamespace := krt.NewNamespaceIndex(inputs.Services)
	return krt.NewCollection(inputs.Pods, func(ctx krt.HandlerContext, pod *corev1.Pod) *Workload {
		if pod.Status.PodIP == "" || pod.Spec.HostNetwork {
			return nil
		}
		if !krt.ResourceExists(ctx, inputs.Namespaces, pod.Namespace) {
			return nil
		}
		w := &Workload{Named: krt.NewNamed(pod), Cluster: id, Address: pod.Status.PodIP}
		if s := krt.FetchOne(ctx, settings.AsCollection()); s != nil {
			w.Identity = s.TrustDomain + "/" + pod.Namespace + "/" + pod.Spec.ServiceAccountName
		}
		// Nodes change all the time; their zones do not.
		zones := krt.PartialFetchComparable(ctx, inputs.Nodes, func(n *corev1.Node) string { return n.Labels[zoneLabel] },
			krt.FilterKey(pod.Spec.NodeName))
		if len(zones) > 0 {
			w.Zone = zones[0]
		}
		selecting := krt.Fetch(ctx, inputs.Services,
			krt.FilterIndex(servicesByNamespace, pod.Namespace),
			krt.FilterSelectsNonEmpty(pod.GetLabels()))
		for _, s := range selecting {
			w.Services = append(w.Services, krt.GetKey(s))
		}
		slices.Sort(w.Services)
		return w
	}, opts.WithName("Workloads")...)
}
