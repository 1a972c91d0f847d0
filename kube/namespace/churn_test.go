// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/namespace"
)

// mirror is what a handler knows: the versions of objects by namespace and name. It
// complains about events that do not fit.
type mirror struct {
	t    *testing.T
	name string

	mu   sync.Mutex
	held map[string]string
}

func keyOf(o controllers.Object) string { return o.GetNamespace() + "/" + o.GetName() }

func newMirror(t *testing.T, name string) *mirror {
	t.Helper()
	return &mirror{t: t, name: name, held: map[string]string{}}
}

func (m *mirror) event(e controllers.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := keyOf(e.Latest())
	if _, known := m.held[key]; known != (e.Old != nil) {
		m.t.Errorf("%s: %s of %s, which was known: %v", m.name, e.Event, key, known)
	}
	if e.New == nil {
		delete(m.held, key)
		return
	}
	m.held[key] = e.New.GetResourceVersion()
}

func (m *mirror) expect(after string, want map[string]string) {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if diff := cmp.Diff(want, m.held); diff != "" {
		m.t.Errorf("%s, after %s: mismatch (-want +got):\n%s", m.name, after, diff)
	}
}

func versions[T controllers.Object](objects []T) map[string]string {
	found := map[string]string{}
	for _, o := range objects {
		found[keyOf(o)] = o.GetResourceVersion()
	}
	return found
}

// follower is a client with a filter, and what its handlers know.
type follower[T controllers.ComparableObject] struct {
	client  kclient.Client[T]
	mirrors []*mirror
	shows   func(name string) bool // the filter that is composed with that of namespaces
}

func follow[T controllers.ComparableObject](c *churn, shows func(name string) bool) *follower[T] {
	extra := func(obj any) bool { return shows(controllers.ExtractObject(obj).GetName()) }
	f := &follower[T]{
		client: kclient.NewFiltered[T](c.client, kclient.Filter{ObjectFilter: kubetypes.ComposeFilters(c.filter, extra)}),
		shows:  shows,
	}
	f.handle(c)
	f.client.Start(c.stop)
	return f
}

func (f *follower[T]) handle(c *churn) {
	m := newMirror(c.t, fmt.Sprintf("handler %d of %T", len(f.mirrors), *new(T)))
	f.mirrors = append(f.mirrors, m)
	f.client.AddEventHandler(controllers.FromEventHandler(m.event))
}

// check compares reads and handlers with what the model says is to be seen.
func (f *follower[T]) check(c *churn, after string, all []T) {
	c.t.Helper()
	want := map[string]string{}
	for _, o := range all {
		ns := o.GetNamespace()
		if _, isNamespace := any(o).(*corev1.Namespace); isNamespace {
			ns = o.GetName()
		}
		if c.selected(ns) && f.shows(o.GetName()) {
			want[keyOf(o)] = o.GetResourceVersion()
		}
	}
	if diff := cmp.Diff(want, versions(f.client.List(metav1.NamespaceAll, klabels.Everything()))); diff != "" {
		c.t.Errorf("List of %T, after %s: mismatch (-want +got):\n%s", *new(T), after, diff)
	}
	for _, m := range f.mirrors {
		m.expect(after, want)
	}
}

// churn changes namespaces, labels, objects and selectors at random, and knows what
// ought to come of it.
type churn struct {
	bubble
	random  *rand.Rand
	source  *settings
	filter  kubetypes.FilterSubscriber
	objects kclient.Writer[*corev1.ConfigMap]
	live    kclient.Client[*corev1.ConfigMap]

	values []string // the labels that are selected; nil for no selectors
	labels map[string]string
	maps   []*follower[*corev1.ConfigMap]
	spaces *follower[*corev1.Namespace]
}

func (c *churn) selected(name string) bool {
	if c.values == nil {
		return true
	}
	for _, v := range c.values {
		if value, ok := c.labels[name]; ok && value == v {
			return true
		}
	}
	return false
}

func (c *churn) pick(from ...string) string { return from[c.random.IntN(len(from))] }

func (c *churn) tolerate(err error) {
	c.t.Helper()
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsAlreadyExists(err) {
		c.t.Fatal(err)
	}
}

func (c *churn) step() string {
	name, value := c.pick("a", "b", "c", "d"), c.pick("x", "y", "z")
	_, exists := c.labels[name]
	switch c.random.IntN(10) {
	case 0, 1:
		if exists {
			c.must(c.namespaces.Delete(name, ""))
			delete(c.labels, name)
			return "delete namespace"
		}
		c.create(name, value)
		c.labels[name] = value
		return "create namespace"
	case 2, 3:
		if exists {
			c.relabel(name, value)
			c.labels[name] = value
		}
		return "label namespace"
	case 4, 5:
		return c.selectAgain()
	case 6:
		if exists {
			c.tolerate(c.objects.Delete(c.pick("m", "n", "o"), name))
		}
		return "delete object"
	default:
		if exists {
			m := settingsMap(name, c.pick("m", "n", "o"))
			if _, err := c.objects.Create(m); apierrors.IsAlreadyExists(err) {
				m.Data = map[string]string{"n": fmt.Sprint(c.random.Int())}
				_, err = c.objects.Update(m)
				c.must(err)
			}
		}
		return "write object"
	}
}

func (c *churn) selectAgain() string {
	if c.random.IntN(6) == 0 {
		synctest.Wait() // the filter may miss lists that are replaced at once
		c.source.set(env("x"), invalid())
		return "select by what is not valid"
	}
	var list []*metav1.LabelSelector
	c.values = nil
	for _, v := range []string{"x", "y", "z"} {
		if c.random.IntN(2) == 0 {
			c.values = append(c.values, v)
			list = append(list, env(v))
		}
	}
	c.source.set(list...)
	return fmt.Sprintf("select %v", c.values)
}

// come adds a client or a handler, or closes a client.
func (c *churn) come() {
	everything := func(string) bool { return true }
	switch c.random.IntN(4) {
	case 0:
		c.maps = append(c.maps, follow[*corev1.ConfigMap](c, everything))
	case 1:
		c.maps = append(c.maps, follow[*corev1.ConfigMap](c, func(name string) bool { return name != "n" }))
	case 2:
		if len(c.maps) > 0 {
			c.maps[0].client.Close()
			c.maps = c.maps[1:]
		}
	default:
		if len(c.maps) > 0 {
			c.maps[len(c.maps)-1].handle(c)
		}
	}
}

func (c *churn) check(after string) {
	c.t.Helper()
	synctest.Wait()
	for _, f := range c.maps {
		f.check(c, after, c.live.List(metav1.NamespaceAll, klabels.Everything()))
	}
	c.spaces.check(c, after, c.namespaces.List(metav1.NamespaceAll, klabels.Everything()))
}

func (c *churn) close() {
	for _, f := range c.maps {
		f.client.Close()
	}
	c.spaces.client.Close()
	synctest.Wait()
	if got := namespace.Subscribers(c.filter); got != 0 {
		c.t.Errorf("%d handlers are left behind by clients that are closed", got)
	}
}

// Defects F row 12, C.1 row 5: namespaces, labels, objects and selectors change at
// random while clients come and go; every handler is told exactly what the filters
// together show, each addition and deletion once.
func TestFilter_showsWhatAModelSays(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(b bubble) {
				c := &churn{
					bubble: b, random: rand.New(rand.NewPCG(seed, 0)), source: newSettings(env("x")), values: []string{"x"},
					objects: kclient.NewWriteClient[*corev1.ConfigMap](b.client), live: kclient.New[*corev1.ConfigMap](b.client),
					labels: map[string]string{},
				}
				c.filter = namespace.NewDiscoveryNamespacesFilter(b.namespaces, c.source, b.stop)
				c.spaces = follow[*corev1.Namespace](c, func(string) bool { return true })
				c.run()
				for _, ns := range c.namespaces.List(metav1.NamespaceAll, klabels.Everything()) {
					c.labels[ns.Name] = ns.Labels["env"]
				}
				for range 60 {
					var last string
					for range 1 + c.random.IntN(4) {
						last = c.step()
						if c.random.IntN(8) == 0 {
							c.come()
						}
					}
					c.check(last)
				}
				c.close()
			})
		})
	}
}
