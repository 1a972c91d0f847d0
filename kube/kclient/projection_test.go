// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

func bigPod(name string) *corev1.Pod {
	p := pod("shop", name, "app", "cart")
	p.Annotations = map[string]string{"example.com/notes": strings.Repeat("long ", 100)}
	p.Spec.NodeName = "n1"
	p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", Value: "1"}}
	p.Status.PodIP = "10.0.0.1"
	return p
}

// projected is what bigPod is with labels, node and image.
func projected(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", Labels: map[string]string{"app": "cart"}},
		Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Image: "example.com/app:1"}}},
	}
}

// without returns a copy without what the server sets anew each time.
func without(p *corev1.Pod) *corev1.Pod {
	if p == nil {
		return nil
	}
	p = p.DeepCopy()
	p.TypeMeta = metav1.TypeMeta{}
	if p.UID == "" || p.ResourceVersion == "" {
		panic(fmt.Sprintf("%s has no UID %q or version %q", p.Name, p.UID, p.ResourceVersion))
	}
	p.UID, p.ResourceVersion = "", ""
	return p
}

var labelsNodeImage = kubetypes.Project("spec.nodeName", "metadata.labels", "spec.containers.image")

// TestFilter_projectionReadsNothingElse lists and watches projected pods in every encoding,
// with streamed lists and with others.
func TestFilter_projectionReadsNothingElse(t *testing.T) {
	for _, encoding := range []string{runtime.ContentTypeJSON, ""} {
		for _, streams := range []bool{true, false} {
			t.Run(fmt.Sprintf("accept=%q,stream=%t", encoding, streams), func(t *testing.T) {
				server := kubefake.NewServer(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}, bigPod("a"))
				defer server.Close()
				config := server.RESTConfig()
				config.AcceptContentTypes = encoding
				if !streams {
					config.Wrap(refuseStreams)
				}
				client, err := kube.New(config)
				if err != nil {
					t.Fatal(err)
				}
				stop := make(chan struct{})
				defer client.Shutdown()
				defer close(stop)
				pods := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Projection: labelsNodeImage})
				told := make(chan *corev1.Pod, 10)
				pods.AddEventHandler(controllers.EventHandler[*corev1.Pod]{
					AddFunc:    func(p *corev1.Pod) { told <- p },
					UpdateFunc: func(_, p *corev1.Pod) { told <- p },
					DeleteFunc: func(p *corev1.Pod) { told <- p },
				})
				if !client.RunAndWait(stop) {
					t.Fatal("not ready")
				}
				if diff := cmp.Diff(projected("a"), without(<-told)); diff != "" {
					t.Errorf("listed (-want +got):\n%s", diff)
				}
				if _, err := pods.Create(bigPod("b")); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(projected("b"), without(<-told)); diff != "" {
					t.Errorf("watched (-want +got):\n%s", diff)
				}
				if _, err := pods.Patch("b", "shop", "application/merge-patch+json", []byte(`{"metadata":{"labels":{"app":"api"}}}`)); err != nil {
					t.Fatal(err)
				}
				changed := projected("b")
				changed.Labels["app"] = "api"
				if diff := cmp.Diff(changed, without(<-told)); diff != "" {
					t.Errorf("updated (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(changed, without(pods.Get("b", "shop"))); diff != "" {
					t.Errorf("cached (-want +got):\n%s", diff)
				}
				if err := pods.Delete("b", "shop"); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(changed, without(<-told)); diff != "" {
					t.Errorf("deleted (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// refuseStreams answers requests for streamed lists as servers do that do not know them.
func refuseStreams(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("sendInitialEvents") == "" {
			return next.RoundTrip(r)
		}
		return &http.Response{
			StatusCode: http.StatusUnprocessableEntity, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
			Body: http.NoBody,
		}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestFilter_projectionAppliesToEveryForm reads unstructured objects and metadata in part.
func TestFilter_projectionAppliesToEveryForm(t *testing.T) {
	client, stop, end := connect(t, []runtime.Object{bigPod("a")})
	defer end()
	dynamic := kclient.NewDynamic(client, podsResource, kclient.Filter{Projection: kubetypes.Project("spec.nodeName")})
	metadata := kclient.NewMetadata(client, podsResource, kclient.Filter{Projection: kubetypes.Project("metadata.labels")})
	delayed := kclient.NewFilteredDelayed[*corev1.Pod](client, podsResource, kclient.Filter{Projection: labelsNodeImage})
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}
	u := dynamic.Get("a", "shop").(*unstructured.Unstructured).DeepCopy()
	u.SetUID("")
	u.SetResourceVersion("")
	want := map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "a", "namespace": "shop"}, "spec": map[string]any{"nodeName": "n1"},
	}
	if diff := cmp.Diff(want, u.Object); diff != "" {
		t.Errorf("unstructured (-want +got):\n%s", diff)
	}
	m := metadata.Get("a", "shop").DeepCopy()
	if m.Annotations != nil || m.ManagedFields != nil || m.Labels["app"] != "cart" {
		t.Errorf("metadata is %v", m)
	}
	if diff := cmp.Diff(projected("a"), without(delayed.Get("a", "shop"))); diff != "" {
		t.Errorf("optional (-want +got):\n%s", diff)
	}
}

// TestFilter_projectionComesBeforeTransform shows a transform what was read, and keeps the
// default transform where there is none.
func TestFilter_projectionComesBeforeTransform(t *testing.T) {
	owned := bigPod("a")
	owned.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1"}}
	client, stop, end := connect(t, []runtime.Object{owned})
	defer end()
	whole := kubetypes.Project("metadata")
	defaulted := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Projection: whole})
	var seen atomic.Pointer[string]
	transformed := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{
		Projection: whole,
		ObjectTransform: func(obj any) (any, error) {
			seen.Store(&obj.(*corev1.Pod).Spec.NodeName)
			return obj, nil
		},
	})
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}
	if node := seen.Load(); node == nil || *node != "" {
		t.Errorf("the transform was shown node %v, want none", node)
	}
	if transformed.Get("a", "shop").ManagedFields == nil {
		t.Error("managed fields were named, and dropped although there is a transform")
	}
	if p := defaulted.Get("a", "shop"); p.ManagedFields != nil || p.Annotations == nil {
		t.Errorf("without a transform there are managed fields %v and annotations %v", p.ManagedFields, p.Annotations)
	}
}

// TestFilter_projectionIsPartOfTheCache shares caches of the same fields only.
func TestFilter_projectionIsPartOfTheCache(t *testing.T) {
	client, _, end := connect(t, nil)
	defer end()
	for _, p := range []*kubetypes.Projection{
		nil, kubetypes.Project("spec", "metadata.labels"), kubetypes.Project("metadata.labels", "spec", "spec"), kubetypes.Project("spec"), kubetypes.Project(),
	} {
		kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Projection: p})
	}
	if got := len(client.NotReady()); got != 4 {
		t.Errorf("there are %d caches, want one of whole pods and one for each of three projections", got)
	}
	name := informerfactory.Describe(podsResource, kclient.ToOpts(client, podsResource, kclient.Filter{Projection: kubetypes.Project("spec")}))
	if want := "pods.v1 (Project(spec))"; name != want {
		t.Errorf("the cache is called %q, want %q", name, want)
	}
}

// TestFilter_projectionNamesFieldsThatDoNotExist says so when the client is made.
func TestFilter_projectionNamesFieldsThatDoNotExist(t *testing.T) {
	client, _, end := connect(t, nil)
	defer end()
	filter := kclient.Filter{Projection: kubetypes.Project("spec.nodename")}
	_, err := kclient.TryNewFiltered[*corev1.Pod](client, filter)
	if err == nil || !strings.Contains(err.Error(), `Project(spec.nodename): *v1.Pod: spec: v1.PodSpec has no field "nodename"`) {
		t.Errorf("got error %v", err)
	}
	if _, err := kclient.TryNewMetadata(client, podsResource, filter); err == nil {
		t.Error("no error for metadata without spec")
	}
}

// TestFilter_projectionShowsWhatTheServerRefuses reads errors whole.
func TestFilter_projectionShowsWhatTheServerRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil)
		defer end()
		kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{Projection: labelsNodeImage, FieldSelector: "spec.nosuch=1"}).Start(stop)
		synctest.Wait()
		got := client.NotReady()
		if len(got) != 1 || got[0].LastError == nil || !strings.Contains(got[0].LastError.Error(), "spec.nosuch") {
			t.Errorf("got %v", got)
		}
	})
}
