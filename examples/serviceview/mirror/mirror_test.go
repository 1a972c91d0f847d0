// SPDX-License-Identifier: Apache-2.0

package mirror_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/examples/serviceview/mirror"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// fixture is a folder, a server, and the mirror between them.
type fixture struct {
	*testing.T

	mirror *mirror.Mirror
	client dynamic.Interface
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	t.Chdir(t.TempDir())
	server := kubefake.NewServer()
	t.Cleanup(server.Close)
	m, err := mirror.New(server)
	if err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	return fixture{t, m, client}
}

func (f fixture) write(path, text string) {
	f.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
}

// load reads the folder "in", applies the plan and returns it as text.
func (f fixture) load() []string {
	f.Helper()
	_, plan, err := f.mirror.Load("in")
	if err != nil {
		f.Fatal(err)
	}
	if err := f.mirror.Apply(f.Context(), plan); err != nil {
		f.Error(err)
	}
	return texts(plan)
}

func texts(p mirror.Plan) []string {
	var out []string
	for _, o := range p.Create {
		out = append(out, "+"+o.ID().String())
	}
	for _, o := range p.Update {
		out = append(out, "~"+o.ID().String())
	}
	for _, o := range p.Delete {
		out = append(out, "-"+o.ID().String())
	}
	return out
}

// names lists the objects of a resource on the server.
func (f fixture) names(resource string) []string {
	f.Helper()
	var names []string
	for _, o := range f.list(resource) {
		names = append(names, strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/"))
	}
	slices.Sort(names)
	return names
}

func (f fixture) list(resource string) []unstructured.Unstructured {
	f.Helper()
	gvr := schema.GroupVersionResource{Version: "v1", Resource: resource}
	if resource == "caches" {
		gvr.Group = "example.com"
	}
	list, err := f.client.Resource(gvr).List(f.Context(), metav1.ListOptions{})
	if err != nil {
		f.Fatal(err)
	}
	return list.Items
}

func (f fixture) want(got []string, want ...string) {
	f.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		f.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func service(name string, port int) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {ports: [{port: %d}]}\n---\n", name, port)
}

func TestMirror_followsFiles(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", service("a", 1)+service("b", 1))
	f.want(f.load(), "+Service shop/a", "+Service shop/b")
	f.want(f.names("services"), "shop/a", "shop/b")
	f.want(f.load())

	f.write("in/a.yaml", service("b", 2))
	f.write("in/sub/c.yaml", service("c", 1))
	f.want(f.load(), "+Service shop/c", "~Service shop/b", "-Service shop/a")
	f.want(f.names("services"), "shop/b", "shop/c")

	if err := os.RemoveAll("in/sub"); err != nil {
		t.Fatal(err)
	}
	f.want(f.load(), "-Service shop/c")
}

func TestMirror_statusOfManifestsIsKept(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\nstatus: {phase: Running}\n")
	f.load()
	phase, _, _ := unstructured.NestedString(f.list("pods")[0].Object, "status", "phase")
	if phase != "Running" {
		t.Errorf("got phase %q, want Running", phase)
	}
}

func TestMirror_brokenFileDeletesNothing(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", service("a", 1)+service("b", 1))
	f.write("in/c.yaml", service("c", 1))
	f.load()
	f.write("in/a.yaml", service("a", 2)+"kind: [")
	if err := os.Remove("in/c.yaml"); err != nil {
		t.Fatal(err)
	}
	f.want(f.load(), "~Service shop/a", "-Service shop/c")
	f.write("in/a.yaml", service("a", 2))
	f.want(f.load(), "-Service shop/b")
}

func TestMirror_folderThatCannotBeReadDeletesNothing(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", service("a", 1))
	f.load()
	if err := os.Rename("in", "away"); err != nil {
		t.Fatal(err)
	}
	f.want(f.load())
	if err := os.Rename("away", "in"); err != nil {
		t.Fatal(err)
	}
	f.want(f.load())
	f.want(f.names("services"), "shop/a")
}

func TestMirror_leavesAloneWhatOthersChange(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", service("a", 1)+service("b", 1))
	f.load()
	services := f.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "services"}).Namespace("shop")
	o, err := services.Get(t.Context(), "a", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o.SetLabels(map[string]string{"by": "hand"})
	if _, err := services.Update(t.Context(), o, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := services.Delete(t.Context(), "b", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	f.want(f.load())
	if o, err := services.Get(t.Context(), "a", metav1.GetOptions{}); err != nil || o.GetLabels()["by"] != "hand" {
		t.Errorf("got %v, %v; the change by hand is lost", o, err)
	}
	f.write("in/a.yaml", service("a", 2))
	f.want(f.load(), "~Service shop/a", "-Service shop/b") // b is gone already
	if o, err := services.Get(t.Context(), "a", metav1.GetOptions{}); err != nil || o.GetLabels()["by"] != "" {
		t.Errorf("got %v, %v; a document that changes is what counts", o, err)
	}
}

func TestMirror_namespaceStaysWhileItIsUsed(t *testing.T) {
	f := newFixture(t)
	const ns = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
	f.write("in/a.yaml", ns+service("a", 1))
	f.load()
	f.write("in/a.yaml", service("a", 1))
	f.want(f.load())
	f.write("in/a.yaml", "# nothing")
	f.want(f.load(), "-Service shop/a", "-Namespace shop")
}

func TestMirror_customResourcesOfDefinitionsInTheFiles(t *testing.T) {
	f := newFixture(t)
	const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Cache, plural: caches}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
`
	f.write("in/a.yaml", "apiVersion: example.com/v1\nkind: Cache\nmetadata: {name: a}\n---\n"+definition)
	f.want(f.load(), "+Cache default/a", "+CustomResourceDefinition caches.example.com")
	f.want(f.names("caches"), "default/a")
	f.write("in/a.yaml", definition)
	f.want(f.load(), "-Cache default/a")
	f.want(f.names("caches"))
	f.write("in/a.yaml", "")
	f.want(f.load(), "-CustomResourceDefinition caches.example.com")
}

func TestMirror_loadFS(t *testing.T) {
	f := newFixture(t)
	set, plan := f.mirror.LoadFS(fstest.MapFS{"a.yaml": {Data: []byte(service("a", 1))}})
	if len(set.Errors) > 0 {
		t.Error(set.Errors)
	}
	f.want(texts(plan), "+Service shop/a")
}

// watch runs Watch, and returns a function that waits until the files are read as
// holding the wanted services, each "name port".
func (f fixture) watch(paths, dirs []string) (until func(want string)) {
	f.Helper()
	states := make(chan string, 100)
	ctx, cancel := context.WithCancel(f.Context())
	done := make(chan error)
	go func() {
		done <- mirror.Watch(ctx, paths, dirs, func() []string {
			set, _, err := f.mirror.Load(paths...)
			if err != nil {
				f.Error(err)
			}
			var state []string
			for _, o := range set.Objects {
				ports, _, _ := unstructured.NestedSlice(o.Content.Object, "spec", "ports")
				state = append(state, fmt.Sprint(o.Content.GetName(), " ", ports[0].(map[string]any)["port"]))
			}
			slices.Sort(state)
			states <- strings.Join(state, ", ")
			return set.Dirs
		}, func(err error) { f.Error(err) })
	}()
	f.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			f.Error(err)
		}
	})
	return func(want string) {
		for got := range states {
			if got == want {
				return
			}
		}
	}
}

func TestWatch_seesFilesComeChangeAndGo(t *testing.T) {
	f := newFixture(t)
	f.write("in/a.yaml", service("a", 1))
	until := f.watch([]string{"in"}, []string{"in"})
	until("a 1") // the first call comes by itself
	for _, step := range []struct {
		change func() error
		want   string
	}{
		{func() error { f.write("in/a.yaml", service("a", 2)); return nil }, "a 2"},
		{func() error { f.write("in/b.yaml", service("b", 1)); return nil }, "a 2, b 1"},
		{func() error { return os.Rename("in/b.yaml", "in/b.txt") }, "a 2"},
		{func() error { return os.Rename("in/b.txt", "in/c.yaml") }, "a 2, b 1"},
		{func() error { return os.Remove("in/c.yaml") }, "a 2"},
		{func() error { f.write("in/sub/sub/new.yaml", service("c", 1)); return nil }, "a 2, c 1"},
		{func() error { f.write("in/sub/sub/new.yaml", service("c", 2)); return nil }, "a 2, c 2"},
		{func() error { return os.RemoveAll("in/sub") }, "a 2"},
		{func() error { return os.Rename("in", "away") }, ""},
		{func() error { return os.Rename("away", "in") }, "a 2"},
		{func() error { f.write("in/a.yaml", service("a", 3)); return nil }, "a 3"},
	} {
		if err := step.change(); err != nil {
			t.Fatal(err)
		}
		until(step.want)
	}
}

func TestWatch_seesAFileThatIsReplacedAndWhatALinkLeadsTo(t *testing.T) {
	f := newFixture(t)
	f.write("data/real.yaml", service("a", 1))
	f.write("tmp.yaml", service("b", 2))
	f.write("one.yaml", service("b", 1))
	if err := os.Mkdir("in", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../data/real.yaml", "in/a.yaml"); err != nil {
		t.Skipf("this file system has no links: %v", err)
	}
	set, _, err := f.mirror.Load("in", "one.yaml")
	if err != nil {
		t.Fatal(err)
	}
	until := f.watch([]string{"in", "one.yaml"}, set.Dirs)
	f.write("data/real.yaml", service("a", 3))
	until("a 3, b 1")
	if err := os.Rename("tmp.yaml", "one.yaml"); err != nil {
		t.Fatal(err)
	}
	until("a 3, b 2")
	if err := os.Remove("one.yaml"); err != nil {
		t.Fatal(err)
	}
	until("a 3")
	f.write("one.yaml", service("b", 9))
	until("a 3, b 9")
}
