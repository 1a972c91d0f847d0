// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/test/apiserver"
)

// changing are config maps that an informer follows while somebody else changes them.
type changing struct {
	client     kube.Client
	configMaps kclient.Client[*corev1.ConfigMap]
	direct     typedcorev1.ConfigMapInterface // not by the way of the informer
	log        *fold
	random     *rand.Rand
	there      map[string]bool
	markers    int
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
		log:    newFold(), random: rand.New(rand.NewPCG(seed, 0)), there: map[string]bool{},
	}
	f.configMaps.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{
		AddFunc: f.log.add, UpdateFunc: f.log.update, DeleteFunc: f.log.remove,
	})
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

// check makes a last change, waits until the handler is told of it, and checks that the
// cache and what the handler was told are what a fresh list is.
func (f *changing) check(t *testing.T, when string) {
	t.Helper()
	f.markers++
	marker := fmt.Sprint("marker", f.markers)
	if _, err := f.direct.Create(t.Context(), typedConfigMap(marker, "1"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	f.log.await(t, when, marker)
	list, err := f.direct.List(t.Context(), metav1.ListOptions{LabelSelector: smoke.LabelSelector})
	if err != nil {
		t.Fatal(err)
	}
	want, cached := map[string]string{}, map[string]string{}
	for _, o := range list.Items {
		want[o.Name] = o.ResourceVersion
	}
	for _, o := range f.configMaps.List("default", nil) {
		cached[o.Name] = o.ResourceVersion
	}
	if diff := cmp.Diff(want, cached); diff != "" {
		t.Errorf("%s: cache mismatch (-server +cache):\n%s", when, diff)
	}
	f.log.check(t, when, want)
}

// fold is what a handler was told, added up.
type fold struct {
	mu    sync.Mutex
	has   map[string]string // resource versions
	wrong []string
	last  chan string // names of objects that are markers
}

func newFold() *fold { return &fold{has: map[string]string{}, last: make(chan string, 1000)} }

func (f *fold) add(o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had == "" }, o.ResourceVersion)
}

func (f *fold) update(old, o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had == old.ResourceVersion }, o.ResourceVersion)
}

func (f *fold) remove(o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had != "" }, "")
}

func (f *fold) set(o *corev1.ConfigMap, fits func(had string) bool, version string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !fits(f.has[o.Name]) {
		f.wrong = append(f.wrong, fmt.Sprintf("%s: from %q to %q", o.Name, f.has[o.Name], version))
	}
	if f.has[o.Name] = version; version == "" {
		delete(f.has, o.Name)
	}
	if strings.HasPrefix(o.Name, "marker") && version != "" {
		f.last <- o.Name
	}
}

// await waits until the handler is told of the marker, the last of all changes.
func (f *fold) await(t *testing.T, when, marker string) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case name := <-f.last:
			if name == marker {
				return
			}
		case <-timeout.C:
			t.Fatalf("%s: the informer does not follow the server", when)
		}
	}
}

// check fails the test unless the handler was told of what is wanted, step by step.
func (f *fold) check(t *testing.T, when string, want map[string]string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if diff := cmp.Diff(want, f.has); diff != "" {
		t.Errorf("%s: handler mismatch (-server +handler):\n%s", when, diff)
	}
	if len(f.wrong) > 0 {
		t.Errorf("%s: handler was told what cannot be: %q", when, f.wrong)
	}
}
