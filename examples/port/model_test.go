// SPDX-License-Identifier: Apache-2.0

package port_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/examples/port"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": "web"}}
}

func pod(name, ip string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: meta("shop", name),
		Spec:       corev1.PodSpec{NodeName: "n1", ServiceAccountName: "shopper"},
		Status:     corev1.PodStatus{PodIP: ip, Phase: corev1.PodRunning},
	}
}

func objects() []runtime.Object {
	node := &corev1.Node{ObjectMeta: meta("", "n1")}
	node.Labels["topology.kubernetes.io/zone"] = "eu-1b"
	settings := &corev1.ConfigMap{ObjectMeta: meta("mesh-system", "settings"), Data: map[string]string{"trustDomain": "mesh.example"}}
	settings.Labels["mesh"] = "settings"
	return []runtime.Object{
		node, settings, pod("web-1", "10.0.0.1"), pod("web-2", ""),
		&corev1.Namespace{ObjectMeta: meta("", "shop")},
		&corev1.Service{ObjectMeta: meta("shop", "web"), Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "web"}}},
		&corev1.Service{ObjectMeta: meta("shop", "external")},
	}
}

// newModel returns a running model of a cluster that holds the objects, and the
// cluster.
func newModel(t *testing.T) (*port.Model, *kubefake.Client) {
	t.Helper()
	krttest.CheckGoroutines(t)
	client := kubefake.NewClient(objects()...)
	stop := make(chan struct{})
	t.Cleanup(func() {
		close(stop)
		client.Shutdown()
		client.Close()
	})
	model := port.NewModel(client, nil, krt.NewOptionsBuilder(stop, "mesh", krt.GlobalDebugHandler))
	client.RunAndWait(stop)
	return model, client
}

func TestModel_isOfWhatTheClusterHasAndWhatIsPushed(t *testing.T) {
	model, _ := newModel(t)
	model.Entries.Push(port.Entry{Host: "api.example.com", Addresses: []string{"192.0.2.2", "192.0.2.1"}})
	krttest.CheckCollection(t, model.Endpoints,
		port.Endpoints{Host: "shop/web", Addresses: []string{"10.0.0.1"}},
		port.Endpoints{Host: "api.example.com", Addresses: []string{"192.0.2.1", "192.0.2.2"}},
	)
	krttest.CheckCollection(t, model.Workloads, port.Workload{
		Named: krt.Named{Namespace: "shop", Name: "web-1"}, Cluster: "local", Address: "10.0.0.1", Zone: "eu-1b",
		Identity: "mesh.example/shop/shopper", Services: []string{"shop/web"},
	})
	if err := krt.WaitIdle(t.Context(), model.Endpoints, model.Routes, model.Statuses); err != nil {
		t.Fatal(err)
	}
	if !model.HasSynced() {
		t.Error("not synced, and nothing is going to change")
	}
}

func TestModel_followsTheCluster(t *testing.T) {
	model, client := newModel(t)
	rec := krttest.NewRecorder(t, model.Endpoints)
	rec.WaitContent(port.Endpoints{Host: "shop/web", Addresses: []string{"10.0.0.1"}})
	pods := kclient.NewWriteClient[*corev1.Pod](client)
	if _, err := pods.UpdateStatus(pod("web-2", "10.0.0.2")); err != nil {
		t.Fatal(err)
	}
	rec.WaitContent(port.Endpoints{Host: "shop/web", Addresses: []string{"10.0.0.1", "10.0.0.2"}})
	for _, name := range []string{"web-1", "web-2"} {
		if err := pods.Delete(name, "shop"); err != nil {
			t.Fatal(err)
		}
	}
	rec.WaitContent()
	if diff := cmp.Diff([]port.Workload{}, model.Workloads.List()); diff != "" {
		t.Errorf("workloads mismatch (-want +got):\n%s", diff)
	}
}
