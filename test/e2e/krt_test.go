// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/krt"
)

// nodeLoad says which pods are on a node.
type nodeLoad struct {
	Node, Zone string
	Pods       []string
}

func (n nodeLoad) ResourceName() string { return n.Node }

func (n nodeLoad) String() string { return fmt.Sprintf("%s %s %v", n.Node, n.Zone, n.Pods) }

func TestKRT_derivedCollectionFollowsTheServer(t *testing.T) {
	server := startServer(t)
	clients := need(kubernetes.NewForConfig(server.RESTConfig()))(t)
	pods, nodes := clients.CoreV1().Pods("default"), clients.CoreV1().Nodes()
	newNode := func(name, zone string) *corev1.Node {
		return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"zone": zone}}}
	}
	newPod := func(name, node string) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "web", Image: "web"}}},
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	need(nodes.Create(t.Context(), newNode("n1", "east"), metav1.CreateOptions{}))(t)
	need(pods.Create(t.Context(), newPod("a", "n1"), metav1.CreateOptions{}))(t)
	need(pods.Create(t.Context(), newPod("elsewhere", "n2"), metav1.CreateOptions{}))(t)

	client, stop := newClient(t, server.RESTConfig())
	podInformer := krt.NewInformer[*corev1.Pod](client, krt.WithStop(stop))
	nodeInformer := krt.NewInformer[*corev1.Node](client, krt.WithStop(stop))
	byNode := krt.NewIndex(podInformer, "node", func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
	loads := krt.NewCollection(nodeInformer, func(ctx krt.HandlerContext, node *corev1.Node) *nodeLoad {
		load := nodeLoad{Node: node.Name, Zone: node.Labels["zone"]}
		for _, pod := range krt.Fetch(ctx, podInformer, krt.FilterIndex(byNode, node.Name)) {
			load.Pods = append(load.Pods, pod.Name)
		}
		slices.Sort(load.Pods)
		return &load
	}, krt.WithStop(stop))
	tell := newTold()
	registration := loads.Register(func(e krt.Event[nodeLoad]) {
		tell <- fmt.Sprintf("%s %s", e.Event, e.Latest())
	})
	if loads.HasSynced() {
		t.Error("synced before the client runs")
	}
	if !client.RunAndWait(stop) || !registration.WaitUntilSynced(stop) {
		t.Fatal("not synced")
	}
	tell.want(t, "add n1 east [a]")

	need(pods.Create(t.Context(), newPod("b", "n1"), metav1.CreateOptions{}))(t)
	tell.want(t, "update n1 east [a b]")
	need(nodes.Create(t.Context(), newNode("n2", "west"), metav1.CreateOptions{}))(t)
	tell.want(t, "add n2 west [elsewhere]")
	need(nodes.Update(t.Context(), newNode("n1", "north"), metav1.UpdateOptions{}))(t)
	tell.want(t, "update n1 north [a b]")
	now := int64(0) // nobody runs the pod, so nobody would ever end it
	must(pods.Delete(t.Context(), "a", metav1.DeleteOptions{GracePeriodSeconds: &now}))
	tell.want(t, "update n1 north [b]")

	// The derived collection does not change with what it does not read.
	need(pods.Patch(t.Context(), "b", apitypes.MergePatchType,
		[]byte(`{"metadata":{"labels":{"not":"read"}}}`), metav1.PatchOptions{}))(t)

	server.Kill()
	must(server.Restart(t.Context()))
	must(nodes.Delete(t.Context(), "n2", metav1.DeleteOptions{}))
	tell.want(t, "delete n2 west [elsewhere]")
	need(pods.Create(t.Context(), newPod("c", "n1"), metav1.CreateOptions{}))(t)
	tell.want(t, "update n1 north [b c]")
	if err := krt.WaitIdle(t.Context(), loads); err != nil {
		t.Fatal(err)
	}
	tell.wantNoMore(t)
}
