// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/test/apiserver"
)

// scratch computes serviceview's view from what the server lists now: without
// informers, watches, or anything that was there before.
func scratch(t *testing.T, server *apiserver.Server) services {
	t.Helper()
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	core, apps := clients.CoreV1(), clients.AppsV1()
	v := view.New(view.Sources{
		Services:     listed(t, core.Services("").List, func(l *corev1.ServiceList) []corev1.Service { return l.Items }),
		Pods:         listed(t, core.Pods("").List, func(l *corev1.PodList) []corev1.Pod { return l.Items }),
		Nodes:        listed(t, core.Nodes().List, func(l *corev1.NodeList) []corev1.Node { return l.Items }),
		Namespaces:   listed(t, core.Namespaces().List, func(l *corev1.NamespaceList) []corev1.Namespace { return l.Items }),
		Deployments:  listed(t, apps.Deployments("").List, func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items }),
		StatefulSets: listed(t, apps.StatefulSets("").List, func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items }),
		DaemonSets:   listed(t, apps.DaemonSets("").List, func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items }),
		EndpointSlices: listed(t, clients.DiscoveryV1().EndpointSlices("").List,
			func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items }),
	}, t.Context().Done())
	if !v.Services.WaitUntilSynced(t.Context().Done()) {
		t.Fatal("the view from scratch was not synced")
	}
	var out bytes.Buffer
	if err := (render.Printer{Out: &out}).JSON(v.Services.List()); err != nil {
		t.Fatal(err)
	}
	return decodeView(t, json.NewDecoder(&out))
}

// listed returns a collection of what the server lists.
func listed[L, T any](
	t *testing.T, list func(context.Context, metav1.ListOptions) (L, error), items func(L) []T,
) krt.Collection[*T] {
	t.Helper()
	l, err := list(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var pointers []*T
	for _, item := range items(l) {
		pointers = append(pointers, &item)
	}
	return krt.NewStaticCollection(nil, pointers, krt.WithStop(t.Context().Done()))
}
