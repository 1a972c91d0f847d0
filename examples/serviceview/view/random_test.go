// SPDX-License-Identifier: Apache-2.0

package view_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// TestView_equalsOneComputedFromScratch changes random objects on an API server and
// compares the view with the oracle's, and with what a handler was told.
func TestView_equalsOneComputedFromScratch(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { compareRandomly(t, seed) })
		})
	}
}

func compareRandomly(t *testing.T, seed uint64) {
	t.Helper()
	client := kubefake.NewClient()
	stop := make(chan struct{})
	defer func() {
		close(stop)
		client.Shutdown()
		client.Close()
	}()
	r := &randomWorld{T: t, Rand: rand.New(rand.NewPCG(seed, 1)), world: newWorld(), client: client}
	for range 40 { // what is there before the view is
		r.step()
	}
	v := view.New(view.Watch(client, stop), stop)
	told := map[string]view.Service{}
	v.Services.Register(func(e krt.Event[view.Service]) {
		if e.Event == krt.EventDelete {
			delete(told, e.Old.ResourceName())
		} else {
			told[e.New.ResourceName()] = *e.New
		}
	})
	client.RunAndWait(stop)
	for round := range 60 {
		// All that the changes lead to has happened when every goroutine waits.
		synctest.Wait()
		if err := krt.WaitIdle(t.Context(), v.Services); err != nil {
			t.Fatal(err)
		}
		want, got, heard := map[string][]string{}, map[string][]string{}, map[string][]string{}
		for key, s := range r.services {
			want[key] = r.expect(s)
		}
		for _, s := range v.Services.List() {
			got[s.ResourceName()] = brief(s)
		}
		for key, s := range told {
			heard[key] = brief(s)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d: view mismatch (-want +got):\n%s", round, diff)
		}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Fatalf("round %d: the handler was told something else (-want +got):\n%s", round, diff)
		}
		for range r.IntN(8) {
			r.step()
		}
	}
}

// randomWorld changes objects on a server and remembers them.
type randomWorld struct {
	*testing.T
	*rand.Rand
	*world

	client *kubefake.Client
}

func pick[T any](r *randomWorld, list ...T) T { return list[r.IntN(len(list))] }

func (r *randomWorld) step() {
	key := pick(r, "a", "b") + "/"
	switch r.IntN(10) {
	case 0, 1, 2, 3:
		change(r, r.pods, "pods", "", key+pick(r, "p0", "p1", "p2", "p3", "p4", "p5"), r.pod)
	case 4, 5, 6:
		change(r, r.services, "services", "", key+pick(r, "s0", "s1", "s2", "s3"), r.service)
	case 7:
		change(r, r.deployments, "deployments", "apps", key+pick(r, "w0", "w1"), r.deployment)
		change(r, r.sets, "statefulsets", "apps", key+pick(r, "w0", "w1"), r.statefulSet)
	case 8:
		change(r, r.nodes, "nodes", "", pick(r, "n0", "n1", "n2"), r.node)
	case 9:
		change(r, r.slices, "endpointslices", "discovery.k8s.io", key+pick(r, "e0", "e1"), r.slice)
	}
}

// change creates, replaces or deletes an object, here and on the server.
func change[T runtime.Object](r *randomWorld, objects map[string]T, resource, group, key string, random func(metav1.ObjectMeta) T) {
	r.Helper()
	meta := metav1.ObjectMeta{Name: key}
	if key[1] == '/' {
		meta.Namespace, meta.Name = key[:1], key[2:]
	}
	if _, exists := objects[key]; exists && r.IntN(4) == 0 {
		delete(objects, key)
		gvr := schema.GroupVersionResource{Group: group, Version: "v1", Resource: resource}
		if err := r.client.Dynamic().Resource(gvr).Namespace(meta.Namespace).Delete(r.Context(), meta.Name, metav1.DeleteOptions{}); err != nil {
			r.Fatal(err)
		}
		return
	}
	o := random(meta)
	objects[key] = o
	if err := r.client.Server().Put(o); err != nil {
		r.Fatal(err)
	}
}

func (r *randomWorld) labels(least int) map[string]string {
	all := map[string]string{"app": pick(r, "x", "y"), "tier": pick(r, "f", "g"), "track": pick(r, "s", "c")}
	keys := slices.Sorted(maps.Keys(all))
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	out := map[string]string{}
	for _, k := range keys[:least+r.IntN(len(keys)-least+1)] {
		out[k] = all[k]
	}
	return out
}

func (r *randomWorld) podSpec() corev1.PodSpec {
	var ports []corev1.ContainerPort
	for _, name := range []string{"http", "grpc", ""} {
		if r.IntN(2) == 0 {
			ports = append(ports, corev1.ContainerPort{
				Name: name, ContainerPort: pick(r, int32(80), int32(8080), int32(9090)), Protocol: pick(r, corev1.ProtocolTCP, corev1.ProtocolTCP, corev1.ProtocolUDP),
			})
		}
	}
	return corev1.PodSpec{
		NodeName:   pick(r, "", "n0", "n1", "n2"),
		Containers: []corev1.Container{{Name: "c", Image: "i", Ports: ports}},
	}
}

func (r *randomWorld) pod(meta metav1.ObjectMeta) *corev1.Pod {
	meta.Labels = r.labels(1)
	yes := true
	owner := metav1.OwnerReference{APIVersion: "apps/v1", Name: pick(r, "w0", "w1"), UID: "u", Controller: &yes}
	switch r.IntN(4) {
	case 0:
		owner.Kind = "StatefulSet"
	case 1:
		owner.Kind = "ReplicaSet"
		owner.Name += "-h"
		meta.Labels["pod-template-hash"] = "h"
	case 2:
		owner.Kind = "Job"
	case 3:
		owner.Kind = ""
	}
	if owner.Kind != "" {
		meta.OwnerReferences = []metav1.OwnerReference{owner}
	}
	p := &corev1.Pod{ObjectMeta: meta, Spec: r.podSpec()}
	p.Status.Phase = pick(r, corev1.PodRunning, corev1.PodRunning, corev1.PodRunning, corev1.PodPending, corev1.PodFailed)
	p.Status.PodIP = pick(r, "", "10.0.0.1")
	if p.Status.Phase == corev1.PodRunning {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: pick(r, corev1.ConditionTrue, corev1.ConditionFalse)}}
	}
	return p
}

func (r *randomWorld) service(meta metav1.ObjectMeta) *corev1.Service {
	s := &corev1.Service{ObjectMeta: meta}
	switch r.IntN(8) {
	case 0:
		s.Spec.Type, s.Spec.ExternalName = corev1.ServiceTypeExternalName, "example.com"
		if r.IntN(2) == 0 {
			s.Spec.Selector = r.labels(1)
		}
	case 1: // no selector
	case 2:
		s.Spec.ClusterIP = corev1.ClusterIPNone
		fallthrough
	default:
		s.Spec.Selector = r.labels(1)
	}
	for _, name := range []string{"one", "two"} {
		if r.IntN(3) == 0 {
			continue
		}
		target := intstr.FromString(pick(r, "http", "grpc"))
		if r.IntN(2) == 0 {
			target = intstr.FromInt32(pick(r, int32(80), int32(8080)))
		}
		s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{
			Name: name, Port: int32(len(s.Spec.Ports) + 1), TargetPort: target,
			Protocol: pick(r, corev1.ProtocolTCP, corev1.ProtocolTCP, corev1.ProtocolUDP),
		})
	}
	return s
}

func (r *randomWorld) workload() (replicas *int32, selector *metav1.LabelSelector, template corev1.PodTemplateSpec) {
	n := int32(r.IntN(3))
	labels := r.labels(2)
	spec := r.podSpec()
	spec.NodeName = ""
	return &n, &metav1.LabelSelector{MatchLabels: labels},
		corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec}
}

func (r *randomWorld) deployment(meta metav1.ObjectMeta) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: meta}
	d.Spec.Replicas, d.Spec.Selector, d.Spec.Template = r.workload()
	// An object without any status would keep the one that the server has.
	d.Status.Replicas, d.Status.ObservedGeneration = 1, pick(r, int64(0), int64(1))
	return d
}

func (r *randomWorld) statefulSet(meta metav1.ObjectMeta) *appsv1.StatefulSet {
	d := &appsv1.StatefulSet{ObjectMeta: meta}
	d.Spec.Replicas, d.Spec.Selector, d.Spec.Template = r.workload()
	return d
}

func (r *randomWorld) node(meta metav1.ObjectMeta) *corev1.Node {
	n := &corev1.Node{ObjectMeta: meta}
	if zone := pick(r, "", "z1", "z2"); zone != "" {
		n.Labels = map[string]string{corev1.LabelTopologyZone: zone}
	}
	n.Status.NodeInfo.KernelVersion = fmt.Sprint(r.Int()) // does not matter
	return n
}

func (r *randomWorld) slice(meta metav1.ObjectMeta) *discoveryv1.EndpointSlice {
	meta.Labels = map[string]string{discoveryv1.LabelServiceName: pick(r, "s0", "s1", "s2", "s3")}
	es := &discoveryv1.EndpointSlice{ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4}
	name, port := pick(r, "one", "two", "three"), pick(r, int32(80), int32(8080))
	es.Ports = []discoveryv1.EndpointPort{{Name: &name, Port: &port}}
	for _, pod := range []string{"p0", "p1", "p2"} {
		if r.IntN(2) == 0 {
			continue
		}
		ready := r.IntN(2) == 0
		es.Endpoints = append(es.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{"10.9.9.9"}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: meta.Namespace, Name: pod},
		})
	}
	return es
}
