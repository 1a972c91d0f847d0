// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

func TestDynamicFilter_flipShowsAndHidesANamespace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("b", "y"))
		i, stop := start(t, s)
		defer stop()
		filter := newNamespaces("a")
		v := informer.NewView(i, filter, nil)
		r := newRecorder()
		v.AddEventHandler(r)
		expect(t, r, "initial a/x")

		filter.flip("b")
		expect(t, r, "add b/y")
		s.put(configMap("b", "y", "n", "1"))
		expect(t, r, "update b/y")
		filter.flip("b")
		expect(t, r, "delete b/y")
		s.put(configMap("b", "y", "n", "2"))
		s.remove("b", "y")
		expect(t, r, "")
	})
}

// Defects C.1 row 5: events of a flip went past filters that were composed with the
// one that flipped.
func TestDynamicFilter_flipHonoursComposedFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "hidden"), configMap("a", "shown", "show", "yes"))
		i, stop := start(t, s)
		defer stop()
		filter := newNamespaces()
		v := informer.NewView(i, kubetypes.ComposeFilters(filter, labelled, nil), nil)
		r := newRecorder()
		v.AddEventHandler(r)
		expect(t, r, "")
		filter.flip("a")
		expect(t, r, "add a/shown")
		filter.flip("a")
		expect(t, r, "delete a/shown")
	})
}

// Namespaces themselves are shown and hidden too, once each.
func TestDynamicFilter_flipShowsAndHidesTheNamespaceItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("", "a"), configMap("", "b"))
		i, stop := start(t, s)
		defer stop()
		filter := newNamespaces("a")
		v := informer.NewView(i, filter, nil)
		r := newRecorder()
		v.AddEventHandler(r)
		expect(t, r, "initial /a")
		filter.flip("b")
		expect(t, r, "add /b")
		filter.flip("a")
		expect(t, r, "delete /a")
	})
}

func TestDynamicFilter_endedHandlersHearNothingAndCloseLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		filter := newNamespaces("a")
		v := informer.NewView(i, kubetypes.ComposeFilters(filter), nil)
		r, remaining := newRecorder(), newRecorder()
		registration := v.AddEventHandler(r)
		v.AddEventHandler(remaining)
		synctest.Wait()
		r.take()
		remaining.take()
		v.ShutdownHandler(registration)
		filter.flip("a")
		expect(t, r, "")
		expect(t, remaining, "delete a/x")
		v.Close()
		v.Close()
		filter.flip("a")
		expect(t, remaining, "")
		if n := filter.subscribers(); n != 0 {
			t.Errorf("%d handlers remain in the filter", n)
		}
	})
}

// The oracle: whatever happens in whatever order, what a handler was told adds up to
// what the cache shows through its filter, and no single event was wrong.
func TestOracle_foldedEventsEqualTheFilteredCache(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { churn(t, seed) })
		})
	}
}

type watched struct {
	view *informer.View
	log  *recorder
}

func churn(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	s := newServer()
	for n := range 20 {
		s.put(configMap(fmt.Sprint("ns", n%4), fmt.Sprint("x", n)))
	}
	i, stop := start(t, s)
	defer stop()
	filters := []*namespaces{newNamespaces("ns0", "ns1"), newNamespaces()}
	views := []*informer.View{
		informer.NewView(i, nil, nil),
		informer.NewView(i, filters[0], nil),
		informer.NewView(i, kubetypes.ComposeFilters(filters[1], labelled), nil),
		informer.NewView(i, kubetypes.NewStaticObjectFilter(labelled), nil),
	}
	var handlers []watched
	add := func(v *informer.View) {
		r := newRecorder()
		if random.IntN(2) == 0 {
			v.AddEventHandler(r)
		} else {
			v.Subscribe(r.change, r.complete)
		}
		handlers = append(handlers, watched{v, r})
	}
	for _, v := range views {
		add(v)
	}

	// Two goroutines change objects and filters while this one adds handlers.
	var others sync.WaitGroup
	changes, flips := random.Uint64(), random.Uint64()
	others.Go(func() { changeObjects(s, rand.New(rand.NewPCG(changes, 2))) })
	others.Go(func() { flipFilters(filters, rand.New(rand.NewPCG(flips, 3))) })
	for range 30 {
		add(views[random.IntN(len(views))])
		time.Sleep(time.Duration(random.IntN(100)) * time.Millisecond)
	}
	others.Wait()
	time.Sleep(5 * time.Minute) // lists and watches are made good
	synctest.Wait()

	for n, h := range handlers {
		want := map[string]string{}
		for _, obj := range h.view.List("", nil) {
			o := obj.(*corev1.ConfigMap)
			want[keyOf(o)] = o.ResourceVersion
		}
		if diff := cmp.Diff(want, h.log.state()); diff != "" {
			t.Errorf("handler %d mismatch (-cache +handler):\n%s", n, diff)
		}
		if wrong := h.log.complaints(); len(wrong) > 0 {
			t.Errorf("handler %d was told what cannot be: %q", n, wrong)
		}
	}
}

func changeObjects(s *server, random *rand.Rand) {
	for n := range 400 {
		namespace, name := fmt.Sprint("ns", random.IntN(4)), fmt.Sprint("x", random.IntN(20))
		switch random.IntN(10) {
		case 0, 1, 2:
			s.remove(namespace, name)
		case 3, 4, 5:
			s.put(configMap(namespace, name, "show", "yes", "n", fmt.Sprint(n)))
		case 6, 7, 8:
			s.put(configMap(namespace, name, "n", fmt.Sprint(n)))
		default:
			if random.IntN(2) == 0 {
				s.dropWatches()
			}
			s.compact()
		}
		if random.IntN(3) == 0 {
			time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
		}
	}
}

func flipFilters(filters []*namespaces, random *rand.Rand) {
	for range 200 {
		filters[random.IntN(len(filters))].flip(fmt.Sprint("ns", random.IntN(4)))
		if random.IntN(3) == 0 {
			time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
		}
	}
}
