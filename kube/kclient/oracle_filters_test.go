// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/namespace"
	"github.com/krtkit/krtkit/util/sets"
)

// Defects F row 2 b, C.1 rows 5 and 6: a filter changes its mind about namespaces, alone
// and composed with others, while objects change and clients and handlers come and go.
func TestOracle_filtersChangeTheirMind(t *testing.T) {
	trials(t, 400, 100, func(t *testing.T, random *rand.Rand, iterations int) {
		choices := newSwitches(random)
		var filter kubetypes.DynamicObjectFilter = choices
		if choices.forever = random.IntN(2) == 0; choices.forever {
			filter = struct{ kubetypes.DynamicObjectFilter }{choices}
		}
		s := newStage(t, nil, namespaces(), kube.WithObjectFilter(filter))
		churnFiltered(s, random, iterations, s.client.ObjectFilter(), choices)
	})
}

// The same for the filter of package namespace, which follows labels of namespaces and a
// list of selectors. Namespaces are deleted and come back, and now and then the filter
// hears of that later than others hear of what is in them.
func TestOracle_namespacesAreSelected(t *testing.T) {
	trials(t, 400, 100, func(t *testing.T, random *rand.Rand, iterations int) {
		s := newStage(t, nil, namespaces())
		source := newSelection(s, random)
		informer := kclient.New[*corev1.Namespace](s.client)
		var filter kubetypes.DynamicObjectFilter
		if random.IntN(2) == 0 {
			filter = namespace.NewDiscoveryNamespacesFilter(informer, source, s.stop)
		} else {
			filter, _ = namespace.NewNonBlockingDiscoveryNamespacesFilter(informer, source, s.stop)
		}
		churnFiltered(s, random, iterations, filter, source)
	})
}

// decision decides about namespaces.
type decision interface {
	// change changes its mind. One goroutine at a time calls it.
	change(random *rand.Rand)
	// hurry has it follow what has changed.
	hurry()
	// listeners returns how many handlers it has, as far as that is known.
	listeners() int
	// selects reports what it thinks of a namespace, by the model.
	selects(name string) bool
}

// churnFiltered has a crowd look through a filter while that changes its mind; d is the
// model of what it ought to think.
func churnFiltered(s *stage, random *rand.Rand, iterations int, filter kubetypes.DynamicObjectFilter, d decision) {
	s.t.Helper()
	w := newMapWriter(s)
	for range 2 {
		s.watch(func(random *rand.Rand) view { return openFiltered(s, filter, d, random) })
	}
	s.run()
	for i := range iterations {
		s.round(random, w.write, d.change)
		if random.IntN(3) == 0 {
			synctest.Wait()
		}
		if random.IntN(8) == 0 || i == iterations-1 {
			d.hurry()
			s.settled("", func(o *observer) { o.check(s.t, w.live()) })
		}
		if s.t.Failed() {
			break
		}
	}
	d.hurry()
	if random.IntN(2) == 0 {
		s.abandon("configmaps")
		if n := d.listeners(); n > 0 {
			s.t.Errorf("%d handlers are left behind in the filter", n)
		}
	}
	s.end(random, func() {
		w.put("x", "a", "red")
		d.change(random)
	}, w.write, d.change)
}

// openFiltered opens an informer with the filter, composed with none, one or two others.
func openFiltered(s *stage, filter kubetypes.DynamicObjectFilter, d decision, random *rand.Rand) view {
	var extra []func(obj any) bool
	if random.IntN(2) == 0 {
		extra = append(extra, func(obj any) bool { return controllers.ExtractObject(obj).GetName() != "x1" })
	}
	if random.IntN(2) == 0 { // which objects enter and leave
		extra = append(extra, func(obj any) bool { return controllers.ExtractObject(obj).GetLabels()["color"] != "red" })
	}
	if len(extra) > 0 {
		filter = kubetypes.ComposeFilters(filter, extra...)
	}
	which := kclient.Filter{ObjectFilter: filter}
	v := view{shows: func(o controllers.Object) bool {
		return d.selects(o.GetNamespace()) && !slices.ContainsFunc(extra, func(f func(any) bool) bool { return !f(o) })
	}}
	if random.IntN(2) == 0 {
		v.informer = kclient.NewDynamic(s.client, mapsResource, which)
	} else {
		v.informer = kclient.NewUntypedInformer(s.client, mapsResource, which)
	}
	return v
}

// switches is a filter that has a switch for each namespace.
type switches struct {
	forever bool // it is used as a filter whose handlers cannot be taken away

	mu       sync.Mutex
	on       sets.String
	handlers map[int]kubetypes.NamespacesHandler
	added    int
}

func newSwitches(random *rand.Rand) *switches {
	s := &switches{on: sets.New[string](), handlers: map[int]kubetypes.NamespacesHandler{}}
	s.change(random)
	return s
}

// Filter implements kubetypes.DynamicObjectFilter.
func (s *switches) Filter(obj any) bool {
	return s.selects(controllers.ExtractObject(obj).GetNamespace())
}

func (s *switches) selects(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on.Contains(name)
}

// AddHandler implements kubetypes.DynamicObjectFilter.
func (s *switches) AddHandler(handler kubetypes.NamespacesHandler) { s.Subscribe(handler) }

// Subscribe implements kubetypes.FilterSubscriber.
func (s *switches) Subscribe(handler kubetypes.NamespacesHandler) (unsubscribe func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added++
	id := s.added
	s.handlers[id] = handler
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.handlers, id)
	}
}

func (s *switches) change(random *rand.Rand) {
	for range random.IntN(3) {
		s.flip(pick(random, spaces...))
	}
}

func (s *switches) hurry() {}

func (s *switches) listeners() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forever {
		return 0
	}
	return len(s.handlers)
}

func (s *switches) flip(name string) {
	s.mu.Lock()
	selected, deselected := sets.New[string](), sets.New(name)
	if s.on.Contains(name) {
		delete(s.on, name)
	} else {
		s.on.Insert(name)
		selected, deselected = deselected, selected
	}
	var told []kubetypes.NamespacesHandler
	for _, h := range s.handlers {
		told = append(told, h)
	}
	s.mu.Unlock()
	for _, h := range told {
		h(selected, deselected)
	}
}

// selection is a source of selectors, and changes namespaces too.
type selection struct {
	t          *testing.T
	namespaces kclient.DirectClient[*corev1.Namespace]
	server     *kubefake.Server
	late       *kubefake.Fault // watches of namespaces are slow; nil if they are not

	mu       sync.Mutex
	colors   []string
	handlers map[int]func()
	added    int
}

func newSelection(s *stage, random *rand.Rand) *selection {
	return &selection{
		t: s.t, namespaces: kclient.NewWriteClient[*corev1.Namespace](s.client), server: s.server,
		colors: []string{pick(random, colors...)}, handlers: map[int]func(){},
	}
}

// Selectors implements namespace.Source.
func (s *selection) Selectors() []*metav1.LabelSelector {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*metav1.LabelSelector
	for _, color := range s.colors {
		list = append(list, &metav1.LabelSelector{MatchLabels: map[string]string{"color": color}})
	}
	return list
}

// OnChange implements namespace.Source.
func (s *selection) OnChange(f func()) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added++
	id := s.added
	s.handlers[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.handlers, id)
	}
}

// selects reports whether the namespace exists and has a color that is selected.
func (s *selection) selects(name string) bool {
	s.mu.Lock()
	colors := s.colors
	s.mu.Unlock()
	found, err := s.namespaces.GetLive(s.t.Context(), name, "")
	return err == nil && (len(colors) == 0 || slices.Contains(colors, found.Labels["color"]))
}

func (s *selection) change(random *rand.Rand) {
	name, color := pick(random, spaces...), pick(random, colors...)
	var err error
	switch random.IntN(6) {
	case 0:
		err = s.namespaces.Delete(name, "")
	case 1:
		_, err = s.namespaces.Create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"color": color}}})
	case 2:
		_, err = s.namespaces.Patch(name, "", apitypes.MergePatchType, fmt.Appendf(nil, `{"metadata":{"labels":{"color":%q}}}`, color))
	case 3:
		s.choose(random)
	case 4:
		if s.late == nil {
			s.late = s.server.SlowWatches(kubefake.Match{Resource: "namespaces"}, time.Second)
		}
	}
	tolerate(s.t, err)
}

// listeners returns 0: package namespace has a test for that.
func (s *selection) listeners() int { return 0 }

func (s *selection) hurry() {
	if s.late != nil {
		s.late.Stop()
		s.late = nil
	}
}

// choose selects other colors; none of them selects everything.
func (s *selection) choose(random *rand.Rand) {
	s.mu.Lock()
	s.colors = nil
	for _, color := range colors {
		if random.IntN(2) == 0 {
			s.colors = append(s.colors, color)
		}
	}
	var told []func()
	for _, h := range s.handlers {
		told = append(told, h)
	}
	s.mu.Unlock()
	for _, h := range told {
		h()
	}
}
