// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// journal collects what handlers are told.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) write(parts ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, strings.Join(parts, " "))
}

func (j *journal) handler() controllers.EventHandler[*corev1.Pod] {
	return controllers.EventHandler[*corev1.Pod]{
		AddExtendedFunc: func(p *corev1.Pod, initial bool) {
			if initial {
				j.write("initial", p.Name)
			} else {
				j.write("add", p.Name)
			}
		},
		UpdateFunc: func(_, p *corev1.Pod) { j.write("update", p.Name) },
		DeleteFunc: func(p *corev1.Pod) { j.write("delete", p.Name) },
	}
}

// expect compares what was written since the last call.
func (j *journal) expect(t *testing.T, want string) {
	t.Helper()
	synctest.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	if got := strings.Join(j.entries, ", "); got != want {
		t.Errorf("handler was told %q, want %q", got, want)
	}
	j.entries = nil
}

func TestEvents_ofAFilteredClientAndALateOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "old", "show", "yes"), pod("shop", "hidden")})
		defer end()
		pods := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{
			ObjectFilter: kubetypes.NewStaticObjectFilter(func(obj any) bool {
				return controllers.ExtractObject(obj).GetLabels()["show"] == "yes"
			}),
		})
		var early, late journal
		pods.AddEventHandler(early.handler())
		mustRun(t, client, stop)
		early.expect(t, "initial old")

		show := func(value string) {
			patch := `{"metadata":{"labels":{"show":"` + value + `"}}}`
			if _, err := pods.Patch("hidden", "shop", apitypes.MergePatchType, []byte(patch)); err != nil {
				t.Fatal(err)
			}
		}
		show("no")
		early.expect(t, "")
		show("yes")
		early.expect(t, "add hidden")
		registration := pods.AddEventHandler(late.handler())
		synctest.Wait()
		if !registration.HasSynced() || !pods.HasSynced() {
			t.Error("the late handler does not become synced")
		}
		show("no")
		early.expect(t, "delete hidden")
		late.mu.Lock()
		if len(late.entries) != 3 || late.entries[2] != "delete hidden" {
			t.Errorf("late handler was told %q, want both pods and the deletion", late.entries)
		}
		late.mu.Unlock()

		pods.ShutdownHandler(registration)
		if err := pods.Delete("old", "shop"); err != nil {
			t.Fatal(err)
		}
		early.expect(t, "delete old")
		pods.ShutdownHandlers()
		show("yes")
		early.expect(t, "")
	})
}

// krt's contract: the zero value of T, not an any that holds it, stands for none.
func TestSubscribe_hasTypedNilForNoObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "cart")})
		defer end()
		pods := kclient.New[*corev1.Pod](client)
		pods.Start(stop)
		pods.Start(stop)
		var told journal
		unsubscribe := pods.Subscribe(func(old, obj *corev1.Pod) {
			switch {
			case old == nil && obj != nil:
				told.write("add", obj.Name)
			case old != nil && obj == nil:
				told.write("remove", old.Name)
			case old != nil && obj != nil:
				told.write("change", obj.Name)
			default:
				told.write("nothing")
			}
		}, func() { told.write("synced") })
		told.expect(t, "add cart, synced")
		if !pods.HasSyncedIgnoringHandlers() {
			t.Error("the cache is not complete although a handler has it")
		}
		if _, err := pods.PatchStatus("cart", "shop", apitypes.MergePatchType, []byte(`{"status":{"phase":"Running"}}`)); err != nil {
			t.Fatal(err)
		}
		told.expect(t, "change cart")
		if err := pods.Delete("cart", "shop"); err != nil {
			t.Fatal(err)
		}
		told.expect(t, "remove cart")
		unsubscribe()
		unsubscribe()
		if _, err := pods.Create(pod("shop", "cart")); err != nil {
			t.Fatal(err)
		}
		told.expect(t, "")
	})
}

func TestIndex_findsTypedObjectsByKeysOfAnyType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		onNode := pod("shop", "cart")
		onNode.Spec.NodeName = "n1"
		client, stop, end := connect(t, []runtime.Object{onNode, pod("shop", "web")})
		defer end()
		pods := kclient.New[*corev1.Pod](client)
		byNode := kclient.CreateStringIndex(pods, "node", func(p *corev1.Pod) []string {
			if p.Spec.NodeName == "" {
				return nil
			}
			return []string{p.Spec.NodeName}
		})
		mustRun(t, client, stop)
		byName := kclient.CreateIndex(pods, "name", func(p *corev1.Pod) []apitypes.NamespacedName {
			return []apitypes.NamespacedName{{Namespace: p.Namespace, Name: p.Name}}
		})
		expectNames(t, "by node", names(byNode.Lookup("n1")), "shop/cart")
		expectNames(t, "by empty node", names(byNode.Lookup("")))
		expectNames(t, "by name", names(byName.Lookup(apitypes.NamespacedName{Namespace: "shop", Name: "web"})), "shop/web")
	})
}

// Defects C.1 row 6: the first transform of a resource was forced upon everybody, and
// closures of one function were taken for the same.
func TestTransforms_ofTwoClientsDoNotMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "cart")})
		defer end()
		label := func(value string) func(any) (any, error) {
			return func(obj any) (any, error) {
				p := obj.(*corev1.Pod)
				metav1.SetMetaDataLabel(&p.ObjectMeta, "by", value)
				return p, nil
			}
		}
		one := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: label("one")})
		two := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: label("two")})
		same := label("three")
		three := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: same})
		alsoThree := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: same})
		named := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: label("four"), TransformKey: "four"})
		alsoNamed := kclient.NewFiltered[*corev1.Pod](client, kclient.Filter{ObjectTransform: label("four"), TransformKey: "four"})
		plain := kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)
		get := func(c kclient.Client[*corev1.Pod]) *corev1.Pod { return c.Get("cart", "shop") }
		for want, c := range map[string]kclient.Client[*corev1.Pod]{"one": one, "two": two, "three": three, "four": named, "": plain} {
			if got := get(c).Labels["by"]; got != want {
				t.Errorf("object was transformed by %q, want %q", got, want)
			}
		}
		if get(three) != get(alsoThree) || get(named) != get(alsoNamed) {
			t.Error("clients with the same transform do not share a cache")
		}
	})
}

// Defects C.1 row 8: nothing was ever released.
func TestClose_endsTheInformerWithItsLastUserAndALaterOneIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "cart")})
		defer end()
		one, two := kclient.New[*corev1.Pod](client), kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)
		one.Close()
		one.Close()
		var told journal
		two.AddEventHandler(told.handler())
		if _, err := two.Create(pod("shop", "web")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if two.Get("web", "shop") == nil {
			t.Error("the cache ended while it has a user")
		}
		two.Close()
		if _, err := one.Create(pod("shop", "late")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if two.Get("late", "shop") != nil {
			t.Error("the cache goes on without users")
		}
		again := kclient.New[*corev1.Pod](client)
		mustRun(t, client, stop)
		if again.Get("late", "shop") == nil {
			t.Error("a later client got the informer that had ended")
		}
	})
}

// Defects C.1 row 8 and R-19: an informer whose stop channel was closed stayed in the
// factory, and later clients waited on it for ever.
func TestNew_afterTheStopChannelWasClosedGetsALiveInformer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, []runtime.Object{pod("shop", "cart")})
		term := make(chan struct{})
		kclient.New[*corev1.Pod](client)
		mustRun(t, client, term)
		close(term)
		pods := kclient.New[*corev1.Pod](client)
		var told journal
		pods.AddEventHandler(told.handler())
		mustRun(t, client, stop)
		told.expect(t, "initial cart")
		end()
	})
}

// wrapped is what programs do that need more of a client.
type wrapped struct {
	kube.Client

	shopName string
}

// constructors take any kube.Client, without looking for the type that New made.
//
// Defects C.3 row 20.
func TestNew_worksWithATypeThatEmbedsAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, stop, end := connect(t, []runtime.Object{pod("shop", "cart")})
		defer end()
		client := wrapped{Client: inner, shopName: "shop"}
		pods := kclient.New[*corev1.Pod](client)
		dynamic := kclient.NewDynamic(client, podsResource, kclient.Filter{})
		mustRun(t, client, stop)
		if pods.Get("cart", client.shopName) == nil || dynamic.Get("cart", client.shopName) == nil {
			t.Error("nothing was read through the wrapper")
		}
	})
}

func TestInformer_survivesCompactionOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "cart"), pod("shop", "web"))
		client, err := kube.New(server.RESTConfig())
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		pods := kclient.New[*corev1.Pod](client)
		var told journal
		pods.AddEventHandler(told.handler())
		mustRun(t, client, stop)
		synctest.Wait()
		server.Compact()
		if err := server.Put(pod("shop", "late")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour) // several watches have timed out by then
		synctest.Wait()
		expectNames(t, "List", names(pods.List("", klabels.Everything())), "shop/cart", "shop/late", "shop/web")
		close(stop)
		client.Shutdown()
		server.Close()
	})
}
