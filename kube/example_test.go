// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

func ExampleNew() {
	server := kubefake.NewServer(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}})
	defer server.Close()

	client, err := kube.New(server.RESTConfig(), kube.WithClusterID("east"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Shutdown()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	nodes := kclient.New[*corev1.Node](client)
	if err := client.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.ClusterID(), "has", nodes.Get("n1", "").Name)
	// Output: east has n1
}

func ExampleClient_notReady() {
	client := kubefake.NewClient()
	defer client.Close()
	kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Namespace: "shop"})

	probe := func(w http.ResponseWriter, _ *http.Request) {
		if missing := client.NotReady(); len(missing) > 0 {
			http.Error(w, fmt.Sprint(missing), http.StatusServiceUnavailable)
		}
	}
	answer := httptest.NewRecorder()
	probe(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	fmt.Print(answer.Code, " ", answer.Body)
	// Output: 503 [pods.v1 (namespace shop) is not started]
}

func ExampleKubeconfigPolicy() {
	// From a Secret that somebody else has written.
	kubeconfig := []byte(`{apiVersion: v1, kind: Config, current-context: c,
		contexts: [{name: c, context: {cluster: west, user: robot}}],
		clusters: [{name: west, cluster: {server: "https://west.example.com"}}],
		users: [{name: robot, user: {tokenFile: /var/run/secrets/token}}]}`)

	policy := kube.KubeconfigPolicy{ForbidPlainHTTP: true, ForbidInsecureTLS: true}
	_, err := policy.RestConfig(kubeconfig)
	fmt.Println(err)
	// Output: kubeconfig is not allowed: user "robot": tokenFile is not allowed; use token
}

// placedPod is what a scheduler's view needs of pods: a sixth of the memory of a Go type
// with all fields.
type placedPod struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		NodeName string `json:"nodeName"`
	} `json:"spec"`
}

// DeepCopyObject implements runtime.Object.
func (p *placedPod) DeepCopyObject() runtime.Object {
	c := *p
	c.ObjectMeta = *p.ObjectMeta.DeepCopy()
	return &c
}

// A Go type of one's own takes the place of the scheme's, and has fewer fields. With a
// projection, labels are the only metadata that is read.
func ExampleWithTypes() {
	server := kubefake.NewServer(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "cart", Namespace: "shop", Labels: map[string]string{"app": "cart"}},
		Spec:       corev1.PodSpec{NodeName: "n1"},
	})
	defer server.Close()

	pods := corev1.SchemeGroupVersion
	client, err := kube.New(server.RESTConfig(), kube.WithTypes(
		types.Of[*placedPod](pods.WithKind("Pod"), pods.WithResource("pods"), types.ScopeNamespaced)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Shutdown()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	placed := kclient.NewFiltered[*placedPod](client, kubetypes.Filter{
		Projection: kubetypes.Project("metadata.labels", "spec.nodeName"),
	})
	if err := client.Run(ctx); err != nil {
		fmt.Println(err)
		return
	}
	cart := placed.Get("cart", "shop")
	fmt.Println(cart.Labels, "on", cart.Spec.NodeName)
	// Output: map[app:cart] on n1
}
