// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"strings"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kclient/clienttest"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/namespace"
	"github.com/krtkit/krtkit/util/sets"
	"github.com/krtkit/krtkit/util/test/assert"
)

func untypedNamespace(name string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	u.SetName(name)
	return u
}

// metadataOf is what a client of metadata has of a cluster-scoped object.
func metadataOf(kind schema.GroupVersionKind, name string, labels map[string]string) *metav1.PartialObjectMetadata {
	m := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	m.SetGroupVersionKind(kind)
	return m
}

//
func TestFilter_decidesByTheNamespaceOfWhateverItIsGiven(t *testing.T) {
	inBubble(t, func(b bubble) {
		some := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(env("prod")), b.stop)
		all := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(), b.stop)
		none := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(nil), b.stop)
		unsaid, metadata := schema.GroupVersionKind{}, metav1.SchemeGroupVersion.WithKind("PartialObjectMetadata")
		own := func(name string) map[string]string { return map[string]string{corev1.LabelMetadataName: name} }
		for _, tt := range []struct {
			name            string
			obj             any
			some, all, none bool
		}{
			{"name of a selected namespace", "shop", true, true, false},
			{"name of another namespace", "lab", false, true, false},
			{"name of no namespace", "nowhere", false, true, false},
			{"object in a selected namespace", settingsMap("shop", "m"), true, true, false},
			{"object in another namespace", settingsMap("lab", "m"), false, true, false},
			{"selected namespace", labelled("shop", ""), true, true, false},
			{"other namespace", labelled("lab", "prod"), false, true, false},
			{"selected namespace without Go type", untypedNamespace("shop"), true, true, false},
			{"other namespace without Go type", untypedNamespace("lab"), false, true, false},
			{"metadata of a selected namespace", metadataOf(unsaid, "shop", own("shop")), true, true, false},
			{"metadata of another namespace", metadataOf(unsaid, "lab", own("lab")), false, true, false},
			{"metadata of another namespace as it is served", metadataOf(metadata, "lab", own("lab")), false, true, false},
			{"metadata that says it is a namespace's", metadataOf(corev1.SchemeGroupVersion.WithKind("Namespace"), "lab", nil), false, true, false},
			{"metadata that says it is another's", metadataOf(corev1.SchemeGroupVersion.WithKind("Node"), "lab", own("lab")), true, true, true},
			{"metadata of an object in no namespace", metadataOf(unsaid, "lab", nil), true, true, true},
			{"metadata of one with another's label", metadataOf(metadata, "lab", own("shop")), true, true, true},
			{"object in no namespace", &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "lab"}}, true, true, true},
			{"tombstone", cache.DeletedFinalStateUnknown{Obj: settingsMap("shop", "m")}, true, true, false},
			{"tombstone of another", cache.DeletedFinalStateUnknown{Obj: settingsMap("lab", "m")}, false, true, false},
			{"empty tombstone", cache.DeletedFinalStateUnknown{Key: "shop/m"}, false, false, false},
			{"nothing", nil, false, false, false},
			{"no object", 7, false, false, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				for name, f := range map[string]struct {
					filter kubetypes.DynamicObjectFilter
					want   bool
				}{"some": {some, tt.some}, "all": {all, tt.all}, "none": {none, tt.none}} {
					if got := f.filter.Filter(tt.obj); got != f.want {
						t.Errorf("%s: Filter = %v, want %v", name, got, f.want)
					}
				}
			})
		}
	}, labelled("shop", "prod"), labelled("lab", "test"))
}

// what is built on the filter next needs no corrections.
func TestNewDiscoveryNamespacesFilter_isCompleteWhenItReturns(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(env("prod"), env("stage")), b.stop)
		filter.AddHandler(log.handle)
		maps := kclient.NewFiltered[*corev1.ConfigMap](b.client, kclient.Filter{ObjectFilter: filter})
		b.run()
		if got := len(maps.List(metav1.NamespaceAll, klabels.Everything())); got != 2 {
			t.Errorf("%d objects are shown, want 2", got)
		}
		log.expect(t, "the beginning")
	}, labelled("shop", "prod"), labelled("lab", "test"), labelled("next", "stage"),
		settingsMap("shop", "m"), settingsMap("lab", "m"), settingsMap("next", "m"))
}

//
//
// Defects C.5 row 29.
func TestFilter_announcesWhatChanges(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		source := newSettings(env("prod"))
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		filter.AddHandler(log.handle)
		everything := &metav1.LabelSelector{}
		all := func(sign string) string { // the namespaces that every cluster has
			return sign + strings.Join([]string{"default", "kube-node-lease", "kube-public", "kube-system"}, " "+sign)
		}
		for _, step := range []struct {
			name string
			do   func()
			want []string
		}{
			{"a namespace that is selected", func() { b.create("a", "prod") }, []string{"+a"}},
			{"one that is not", func() { b.create("b", "test") }, nil},
			{"a label that selects", func() { b.relabel("b", "prod") }, []string{"+b"}},
			{"a label that deselects", func() { b.relabel("b", "test") }, []string{"-b"}},
			{"a label that changes nothing", func() { b.relabel("b", "lab") }, nil},
			{"other selectors", func() { source.set(env("lab"), env("x")) }, []string{"+b -a"}},
			{"one selector more", func() { source.set(env("lab"), env("x"), env("prod")) }, []string{"+a"}},
			{"a selector of everything", func() { source.set(env("lab"), env("prod"), everything) }, []string{all("+")}},
			{"the same list in another order", func() { source.set(everything, env("prod"), env("lab")) }, nil},
			{"a list that is not valid", func() { source.set(env("lab"), invalid()) }, nil},
			{"one that selects nothing", func() { source.set(nil) }, []string{"-a -b " + all("-")}},
			{"no selectors", func() { source.set() }, []string{"+a +b " + all("+")}},
			{"a namespace without selectors", func() { b.create("c", "prod") }, nil},
			{"a label without selectors", func() { b.relabel("c", "test") }, nil},
			{"selectors again", func() { source.set(env("test"), env("lab")) }, []string{"-a " + all("-")}},
			{"a deletion", func() { b.must(b.namespaces.Delete("c", "")) }, nil},
			{"a namespace that comes back", func() { b.create("c", "test") }, []string{"+c"}},
		} {
			step.do()
			log.expect(t, step.name, step.want...)
		}
	})
}

func TestFilter_selectsNothingByAFirstListThatIsNotValid(t *testing.T) {
	inBubble(t, func(b bubble) {
		source := newSettings(env("prod"), invalid())
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		if filter.Filter("shop") || filter.Filter("nowhere") {
			t.Error("a namespace is selected")
		}
		source.set(env("prod"))
		synctest.Wait()
		if !filter.Filter("shop") {
			t.Error("a namespace is not selected by the list that is valid")
		}
	}, labelled("shop", "prod"))
}

// handlers are called under no lock.
func TestFilter_bearsHandlersThatUseIt(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		source := newSettings(env("prod"))
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		var unsubscribe func()
		unsubscribe = filter.Subscribe(func(selected, deselected sets.String) {
			log.handle(selected, deselected)
			for name := range selected {
				if !filter.Filter(name) {
					t.Errorf("%s is announced before it is selected", name)
				}
			}
			unsubscribe()
			filter.Subscribe(log.handle)
			source.set(env("stage"))
		})
		b.create("shop", "prod")
		log.expect(t, "a namespace", "+shop", "-shop")
	})
}

func TestSubscribe_endsAtOnceAndLeavesNothingBehind(t *testing.T) {
	inBubble(t, func(b bubble) {
		var first, second record
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(env("prod")), b.stop)
		var endSecond func()
		endFirst := filter.Subscribe(func(selected, deselected sets.String) {
			first.handle(selected, deselected)
			endSecond()
		})
		endSecond = filter.Subscribe(second.handle)
		maps := kclient.NewFiltered[*corev1.ConfigMap](b.client, kclient.Filter{ObjectFilter: filter})
		b.create("a", "prod")
		first.expect(t, "a namespace", "+a")
		second.expect(t, "the end of its subscription")
		endFirst()
		endFirst()
		b.create("b", "prod")
		first.expect(t, "the end of its subscription")
		if got := namespace.Subscribers(filter); got != 1 {
			t.Errorf("%d handlers, want 1", got)
		}
		maps.Close()
		if got := namespace.Subscribers(filter); got != 0 {
			t.Errorf("%d handlers are left behind by a client that is closed", got)
		}
	})
}

func TestNewNonBlockingDiscoveryNamespacesFilter_correctsWhatItSaidTooEarly(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		source := newSettings()
		filter, wait := namespace.NewNonBlockingDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		filter.AddHandler(log.handle)
		if !filter.Filter("lab") || !filter.Filter("shop") {
			t.Error("without selectors, a namespace is not selected")
		}
		source.set(env("prod"))
		wait(b.stop)
		log.expect(t, "the beginning", "-lab")
	}, labelled("shop", "prod"), labelled("lab", "test"))
	inBubble(t, func(b bubble) {
		var log record
		filter, wait := namespace.NewNonBlockingDiscoveryNamespacesFilter(b.namespaces, namespace.Static(env("prod")), b.stop)
		filter.AddHandler(log.handle)
		if filter.Filter("shop") || filter.Filter("lab") {
			t.Error("a namespace is selected that is not known yet")
		}
		wait(b.stop)
		log.expect(t, "the beginning", "+shop")
	}, labelled("shop", "prod"), labelled("lab", "test"), labelled("other", "prod"))
}

func TestNewNonBlockingDiscoveryNamespacesFilter_waiterEndsWithItsStop(t *testing.T) {
	inBubble(t, func(b bubble) {
		config := krt.NewStatic[string](nil, false)
		source := namespace.FromSingleton(config, func(value string) []*metav1.LabelSelector {
			return []*metav1.LabelSelector{env(value)}
		})
		_, wait := namespace.NewNonBlockingDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		stopped := make(chan struct{})
		close(stopped)
		wait(stopped)
	})
}

func TestFromSingleton_selectsNothingBeforeTheSingletonIsThere(t *testing.T) {
	inBubble(t, func(b bubble) {
		stop := make(chan struct{})
		defer close(stop)
		config := krt.NewStatic[string](nil, false, krt.WithStop(stop))
		source := namespace.FromSingleton(config, func(value string) []*metav1.LabelSelector {
			return []*metav1.LabelSelector{env(value)}
		})
		filter, wait := namespace.NewNonBlockingDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		synctest.Wait()
		if filter.Filter("shop") {
			t.Error("a namespace is selected before anybody said so")
		}
		prod, lab := "prod", "test"
		config.Set(&prod)
		config.MarkSynced()
		wait(b.stop)
		if !filter.Filter("shop") || filter.Filter("lab") {
			t.Error("the filter does not follow the singleton")
		}
		config.Set(&lab)
		synctest.Wait()
		if filter.Filter("shop") || !filter.Filter("lab") {
			t.Error("the filter does not follow the singleton's changes")
		}
		config.Set(nil)
		synctest.Wait()
		if !filter.Filter("shop") || !filter.Filter("lab") {
			t.Error("without an object, not everything is selected")
		}
	}, labelled("shop", "prod"), labelled("lab", "test"))
}

func TestFilter_letsGoOfItsSourceWhenItStops(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		source := newSettings(env("prod"))
		stop := make(chan struct{})
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, stop)
		filter.AddHandler(log.handle)
		if got := source.listening(); got != 1 {
			t.Errorf("%d listen to the source, want 1", got)
		}
		close(stop)
		synctest.Wait()
		filter.AddHandler(log.handle)
		if got := source.listening(); got != 0 {
			t.Errorf("%d listen to the source after the end", got)
		}
		if got := namespace.Subscribers(filter); got != 0 {
			t.Errorf("%d handlers are kept after the end", got)
		}
		source.set(env("test"))
		log.expect(t, "the end")
		if !filter.Filter("shop") || filter.Filter("lab") {
			t.Error("the filter answers otherwise after its end")
		}
	}, labelled("shop", "prod"), labelled("lab", "test"))
}

// Only names and labels are needed.
func TestNewDiscoveryNamespacesFilter_takesMetadataOfNamespaces(t *testing.T) {
	inBubble(t, func(b bubble) {
		metadata := kclient.NewMetadata(b.client, corev1.SchemeGroupVersion.WithResource("namespaces"), kclient.Filter{})
		filter := namespace.NewDiscoveryNamespacesFilter(metadata, namespace.Static(env("prod")), b.stop)
		if !filter.Filter("shop") || filter.Filter("lab") {
			t.Error("the filter does not select by metadata")
		}
	}, labelled("shop", "prod"), labelled("lab", "test"))
}

// R-28 for clients of metadata: those of namespaces are selected, those of other
// cluster-scoped objects are not touched.
func TestFilter_ofClientsOfMetadata(t *testing.T) {
	inBubble(t, func(b bubble) {
		source := newSettings(env("prod"))
		filter := kclient.Filter{ObjectFilter: namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, b.stop)}
		namespaces := kclient.NewMetadata(b.client, corev1.SchemeGroupVersion.WithResource("namespaces"), filter)
		nodes := kclient.NewMetadata(b.client, corev1.SchemeGroupVersion.WithResource("nodes"), filter)
		events := assert.NewTracker[string](t)
		for _, informer := range []kclient.Informer[*metav1.PartialObjectMetadata]{namespaces, nodes} {
			informer.AddEventHandler(clienttest.TrackerHandler(events))
		}
		b.run()
		events.WaitUnordered("add/shop", "add/n1")
		source.set(env("test"))
		events.WaitUnordered("delete/shop", "add/lab")
		b.create("new", "test")
		events.WaitOrdered("add/new")
		assert.Equal(t, clienttest.Names(namespaces.List("", klabels.Everything())), sets.New("lab", "new"))
		assert.Equal(t, clienttest.Names(nodes.List("", klabels.Everything())), sets.New("n1"))
	}, labelled("shop", "prod"), labelled("lab", "test"), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}})
}
