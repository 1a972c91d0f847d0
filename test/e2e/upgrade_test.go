// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// wheelsIn follows wheels in one version.
type wheelsIn struct {
	version  string
	informer kclient.Informer[controllers.Object]
	log      *fold[controllers.Object]
	direct   dynamic.ResourceInterface
}

func followWheels(client kube.Client, version string) wheelsIn {
	gvr := schema.GroupVersionResource{Group: wheels.Group, Version: version, Resource: wheels.Resource}
	w := wheelsIn{
		version:  version,
		informer: kclient.NewDelayedInformer[controllers.Object](client, gvr, kubetypes.DynamicInformer, kclient.Filter{}),
		log:      newFold[controllers.Object](), direct: client.Dynamic().Resource(gvr),
	}
	w.informer.AddEventHandler(w.log.handler())
	return w
}

func (w wheelsIn) make(t *testing.T, name string) {
	t.Helper()
	makeWheel(t, w.direct, w.version, name)
}

// change makes, changes and deletes wheels in this version, with names of the step.
func (w wheelsIn) change(t *testing.T, step string) {
	t.Helper()
	w.make(t, "first-"+step) // then the version is served
	for i := range 20 {
		name := fmt.Sprint(step, "-", i)
		w.make(t, name)
		switch i % 3 {
		case 0:
			if err := w.direct.Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		case 1:
			wheel := need(w.direct.Get(t.Context(), name, metav1.GetOptions{}))(t)
			wheel.SetLabels(map[string]string{"changed": "yes"})
			need(w.direct.Update(t.Context(), wheel, metav1.UpdateOptions{}))(t)
		}
	}
}

// check checks that what the handler is told comes to what a fresh list is after a step,
// and that the cache is the same then.
func (w wheelsIn) check(t *testing.T, step string) {
	t.Helper()
	when := w.version + " after " + step
	want, cached := map[string]string{}, map[string]string{}
	for _, o := range need(w.direct.List(t.Context(), metav1.ListOptions{}))(t).Items {
		want[o.GetName()] = o.GetResourceVersion()
	}
	w.log.await(t, when, want)
	for _, o := range w.informer.List("", nil) {
		cached[o.GetName()] = o.GetResourceVersion()
	}
	if diff := cmp.Diff(want, cached); diff != "" {
		t.Errorf("%s: cache mismatch (-server +cache):\n%s", when, diff)
	}
}

// checkGone waits until there is nothing in the cache, and checks that the handler was
// told of the deletion of everything.
func (w wheelsIn) checkGone(t *testing.T, step string) {
	t.Helper()
	when := w.version + " after " + step
	w.log.await(t, when, map[string]string{})
	if left := w.informer.List("", nil); len(left) > 0 {
		t.Errorf("%s: %d objects are in the cache, want none", when, len(left))
	}
	if !w.informer.HasSynced() {
		t.Errorf("%s: not synced", when)
	}
}

// TestKClient_followsAnUpgradeOfItsDefinition takes wheels from v1alpha1 to v1, with both
// served in between, back again and once more through a crash: one informer follows each
// version, and has what is served, all of it and nothing else, at every step.
func TestKClient_followsAnUpgradeOfItsDefinition(t *testing.T) {
	server := startServer(t)
	client, stop := newClient(t, server.RESTConfig())
	early, late := followWheels(client, "v1alpha1"), followWheels(client, "v1")
	if !client.RunAndWait(stop) || !client.WaitForCacheSync("wheels", stop, early.informer.HasSynced, late.informer.HasSynced) {
		t.Fatal("not synced without a definition")
	}

	define(t, client, "v1alpha1")
	early.change(t, "installed")
	early.check(t, "installed")
	late.checkGone(t, "installed")

	define(t, client, "v1", "v1alpha1")
	late.change(t, "upgraded")
	early.change(t, "and-written-before")
	early.check(t, "and-written-before")
	late.check(t, "and-written-before")

	define(t, client, "v1", "-v1alpha1")
	late.change(t, "flipped")
	late.check(t, "flipped")
	early.checkGone(t, "flipped")

	define(t, client, "-v1", "v1alpha1")
	early.change(t, "rolled-back")
	early.check(t, "rolled-back")
	late.checkGone(t, "rolled-back")

	define(t, client, "v1", "-v1alpha1")
	crash(t, server)
	late.change(t, "again")
	late.check(t, "again")
	early.checkGone(t, "again")
}
