// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/test/apiserver"
)

// world does to a server what the controllers, the scheduler, the kubelets and the
// people of a cluster would do, at random.
type world struct {
	clients kubernetes.Interface
	random  *rand.Rand
	made    int // objects that change has made, for their names
}

const worldNodes = 3

func newWorld(t *testing.T, server *apiserver.Server) *world {
	t.Helper()
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("changes are made from seed %d", seed)
	return &world{clients: clients, random: rand.New(rand.NewPCG(seed, 0))}
}

// populate makes nodes, and two ready pods for every deployment.
func (w *world) populate(t *testing.T) {
	t.Helper()
	for i := range worldNodes {
		need(w.clients.CoreV1().Nodes().Create(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{
			Name: nodeName(i), Labels: map[string]string{corev1.LabelTopologyZone: zoneName(i % 2)},
		}}, metav1.CreateOptions{}))(t)
	}
	for _, deployment := range w.deployments(t) {
		for range 2 {
			w.makePod(t, deployment, w.anyNode())
		}
	}
}

// change makes a few dozen changes of all kinds. The last of each kind can be seen in
// no earlier view: one that shows them all has seen all that was changed.
func (w *world) change(t *testing.T) {
	t.Helper()
	steps := []func(*testing.T){
		func(t *testing.T) { w.makePod(t, pick(w, w.deployments(t)), w.anyNode()) },
		func(t *testing.T) { w.scale(t, pick(w, w.deployments(t)), w.random.IntN(4)) },
		func(t *testing.T) { w.setZone(t, w.anyNode(), zoneName(w.random.IntN(3))) },
		func(t *testing.T) { w.makeService(t, pick(w, w.deployments(t))) },
		func(t *testing.T) { w.makeSlice(t, pick(w, w.services(t))) },
		w.deletePod, w.changePodReadiness, w.deleteService, w.changeSelector,
	}
	for range 30 {
		pick(w, steps)(t)
	}

	deployment, node := pick(w, w.deployments(t)), w.anyNode()
	w.scale(t, deployment, 100+w.made)
	w.setZone(t, node, zoneName(100+w.made))
	w.makePod(t, deployment, node)
	w.makeService(t, deployment)
	w.makeSlice(t, w.makeServiceWithoutSelector(t, deployment.Namespace))
}

func nodeName(i int) string { return fmt.Sprintf("node-%d", i) }

func zoneName(i int) string { return fmt.Sprintf("zone-%d", i) }

func (w *world) anyNode() string { return nodeName(w.random.IntN(worldNodes)) }

// newName returns a name that no object has.
func (w *world) newName() string {
	w.made++
	return fmt.Sprintf("made-%d", w.made)
}

func pick[T any](w *world, from []T) T { return from[w.random.IntN(len(from))] }

func (w *world) deployments(t *testing.T) []appsv1.Deployment {
	t.Helper()
	return need(w.clients.AppsV1().Deployments("").List(t.Context(), metav1.ListOptions{}))(t).Items
}

func (w *world) pods(t *testing.T) []corev1.Pod {
	t.Helper()
	return need(w.clients.CoreV1().Pods("").List(t.Context(), metav1.ListOptions{}))(t).Items
}

// services are all but those of the API server itself.
func (w *world) services(t *testing.T) []corev1.Service {
	t.Helper()
	opts := metav1.ListOptions{FieldSelector: "metadata.name!=kubernetes"}
	return need(w.clients.CoreV1().Services("").List(t.Context(), opts))(t).Items
}

func (w *world) makePod(t *testing.T, deployment appsv1.Deployment, node string) {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: w.newName(), Labels: deployment.Spec.Template.Labels},
		Spec:       deployment.Spec.Template.Spec,
	}
	pod.Spec.NodeName = node
	pod = need(w.clients.CoreV1().Pods(deployment.Namespace).Create(t.Context(), pod, metav1.CreateOptions{}))(t)
	w.setReady(t, pod, corev1.ConditionTrue)
}

func (w *world) setReady(t *testing.T, pod *corev1.Pod, ready corev1.ConditionStatus) {
	t.Helper()
	pod.Status.Phase = corev1.PodRunning
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}
	need(w.clients.CoreV1().Pods(pod.Namespace).UpdateStatus(t.Context(), pod, metav1.UpdateOptions{}))(t)
}

func (w *world) changePodReadiness(t *testing.T) {
	t.Helper()
	if pods := w.pods(t); len(pods) > 0 {
		pod := pick(w, pods)
		w.setReady(t, &pod, pick(w, []corev1.ConditionStatus{corev1.ConditionTrue, corev1.ConditionFalse}))
	}
}

func (w *world) deletePod(t *testing.T) {
	t.Helper()
	if pods := w.pods(t); len(pods) > 0 {
		pod, now := pick(w, pods), int64(0) // there is no kubelet to end it later
		err := w.clients.CoreV1().Pods(pod.Namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) setZone(t *testing.T, node, zone string) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{%q:%q}}}`, corev1.LabelTopologyZone, zone)
	need(w.clients.CoreV1().Nodes().Patch(t.Context(), node, apitypes.MergePatchType, patch, metav1.PatchOptions{}))(t)
}

func (w *world) scale(t *testing.T, deployment appsv1.Deployment, replicas int) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	need(w.clients.AppsV1().Deployments(deployment.Namespace).Patch(t.Context(), deployment.Name,
		apitypes.MergePatchType, patch, metav1.PatchOptions{}))(t)
}

func (w *world) makeService(t *testing.T, deployment appsv1.Deployment) {
	t.Helper()
	target := pick(w, []intstr.IntOrString{intstr.FromInt32(9080), intstr.FromString("http")})
	w.createService(t, deployment.Namespace, corev1.ServiceSpec{
		Selector: deployment.Spec.Template.Labels,
		Ports:    []corev1.ServicePort{{Port: 80, TargetPort: target}},
	})
}

func (w *world) makeServiceWithoutSelector(t *testing.T, namespace string) corev1.Service {
	t.Helper()
	return w.createService(t, namespace, corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}})
}

func (w *world) createService(t *testing.T, namespace string, spec corev1.ServiceSpec) corev1.Service {
	t.Helper()
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: w.newName()}, Spec: spec}
	return *need(w.clients.CoreV1().Services(namespace).Create(t.Context(), service, metav1.CreateOptions{}))(t)
}

func (w *world) deleteService(t *testing.T) {
	t.Helper()
	if services := w.services(t); len(services) > 1 {
		service := pick(w, services)
		err := w.clients.CoreV1().Services(service.Namespace).Delete(t.Context(), service.Name, metav1.DeleteOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) changeSelector(t *testing.T) {
	t.Helper()
	service := pick(w, w.services(t))
	service.Spec.Selector = pick(w, w.deployments(t)).Spec.Template.Labels
	need(w.clients.CoreV1().Services(service.Namespace).Update(t.Context(), &service, metav1.UpdateOptions{}))(t)
}

func (w *world) makeSlice(t *testing.T, service corev1.Service) {
	t.Helper()
	need(w.clients.DiscoveryV1().EndpointSlices(service.Namespace).Create(t.Context(), &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name: w.newName(), Labels: map[string]string{discoveryv1.LabelServiceName: service.Name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{fmt.Sprintf("10.1.0.%d", w.made%250+1)}}},
	}, metav1.CreateOptions{}))(t)
}
