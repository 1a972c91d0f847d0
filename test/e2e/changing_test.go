// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/test/apiserver"
)

// changing are config maps that an informer follows while somebody else changes them.
type changing struct {
	client     kube.Client
	configMaps kclient.Client[*corev1.ConfigMap]
	direct     typedcorev1.ConfigMapInterface // not by the way of the informer
	log        *fold[*corev1.ConfigMap]
	random     *rand.Rand
	there      map[string]bool
}

// follow starts an informer that goes to the server with the configuration.
func follow(t *testing.T, server *apiserver.Server, config *rest.Config) *changing {
	t.Helper()
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("changes are made from seed %d", seed)
	client, stop := newClient(t, config)
	f := &changing{
		client: client, configMaps: kclient.NewFiltered[*corev1.ConfigMap](client, smoke),
		direct: clients.CoreV1().ConfigMaps("default"),
		log:    newFold[*corev1.ConfigMap](), random: rand.New(rand.NewPCG(seed, 0)), there: map[string]bool{},
	}
	for _, o := range need(f.direct.List(t.Context(), metav1.ListOptions{LabelSelector: smoke.LabelSelector}))(t).Items {
		f.there[o.Name] = true
	}
	f.configMaps.AddEventHandler(f.log.handler())
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}
	return f
}

// change makes n random changes.
func (f *changing) change(t *testing.T, n int) {
	t.Helper()
	for range n {
		name := fmt.Sprint("c", f.random.IntN(40))
		var err error
		switch {
		case !f.there[name]:
			_, err = f.direct.Create(t.Context(), typedConfigMap(name, "1"), metav1.CreateOptions{})
			f.there[name] = true
		case f.random.IntN(3) == 0:
			err = f.direct.Delete(t.Context(), name, metav1.DeleteOptions{})
			delete(f.there, name)
		default:
			_, err = f.direct.Update(t.Context(), typedConfigMap(name, fmt.Sprint(f.random.Uint64())), metav1.UpdateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// check makes a last change, which nobody knows yet, and checks that what the handler is
// told comes to what a fresh list is, and that the cache is the same then.
func (f *changing) check(t *testing.T, when string) {
	t.Helper()
	last := typedConfigMap("last", fmt.Sprint(f.random.Uint64()))
	_, err := f.direct.Update(t.Context(), last, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		_, err = f.direct.Create(t.Context(), last, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := f.direct.List(t.Context(), metav1.ListOptions{LabelSelector: smoke.LabelSelector})
	if err != nil {
		t.Fatal(err)
	}
	want, cached := map[string]string{}, map[string]string{}
	for _, o := range list.Items {
		want[o.Name] = o.ResourceVersion
	}
	f.log.await(t, when, want)
	for _, o := range f.configMaps.List("default", nil) {
		cached[o.Name] = o.ResourceVersion
	}
	if diff := cmp.Diff(want, cached); diff != "" {
		t.Errorf("%s: cache mismatch (-server +cache):\n%s", when, diff)
	}
}
