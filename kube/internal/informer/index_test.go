// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

func byApp(obj any) []string {
	if app := obj.(*corev1.ConfigMap).Labels["app"]; app != "" {
		return []string{app}
	}
	return nil
}

func expectIndexed(t *testing.T, ix *informer.Index, key string, want ...string) {
	t.Helper()
	synctest.Wait()
	var got []string
	for _, obj := range ix.Lookup(key) {
		got = append(got, keyOf(obj.(*corev1.ConfigMap)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Lookup(%q) mismatch (-want +got):\n%s", key, diff)
	}
}

func TestIndex_followsTheCacheWhetherItIsMadeBeforeOrAfterTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "y", "app", "cart"), configMap("a", "x", "app", "cart"), configMap("a", "none"))
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		early := v.AddIndex(byApp)
		expectIndexed(t, early, "cart")
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		for _, ix := range []*informer.Index{early, v.AddIndex(byApp)} {
			expectIndexed(t, ix, "cart", "a/x", "a/y")
			s.put(configMap("a", "y", "app", "shop"))
			expectIndexed(t, ix, "cart", "a/x")
			expectIndexed(t, ix, "shop", "a/y")
			s.put(configMap("a", "y"))
			expectIndexed(t, ix, "shop")
			s.remove("a", "x")
			expectIndexed(t, ix, "cart")
			s.put(configMap("a", "y", "app", "cart"))
			s.put(configMap("a", "x", "app", "cart"))
		}
	})
}

// Defects C.1 row 7: indexes of one name on a shared informer gave each other's
// answers, and a lookup after its end exited the process.
func TestIndex_ofOneViewIsNotThatOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x", "app", "cart"))
		i, stop := start(t, s)
		one, other := informer.NewView(i, nil, nil), informer.NewView(i, nil, nil)
		apps := one.AddIndex(byApp)
		names := other.AddIndex(func(obj any) []string { return []string{obj.(*corev1.ConfigMap).Name} })
		expectIndexed(t, apps, "cart", "a/x")
		expectIndexed(t, apps, "x")
		expectIndexed(t, names, "x", "a/x")
		one.Close()
		expectIndexed(t, apps, "cart")
		expectIndexed(t, names, "x", "a/x")
		stop()
		expectIndexed(t, other.AddIndex(byApp), "cart", "a/x")
	})
}

func TestIndex_answersThroughTheFilterAsItIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x", "app", "cart"), configMap("b", "x", "app", "cart"))
		i, stop := start(t, s)
		defer stop()
		filter := newNamespaces("a")
		ix := informer.NewView(i, filter, nil).AddIndex(byApp)
		expectIndexed(t, ix, "cart", "a/x")
		filter.flip("b")
		expectIndexed(t, ix, "cart", "a/x", "b/x")
	})
}

// An index must forget an object even if its function has changed its answer.
func TestIndex_forgetsObjectsOfAFunctionThatIsNotConstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		key := "before"
		ix := informer.NewView(i, nil, nil).AddIndex(func(any) []string { return []string{key} })
		synctest.Wait()
		key = "after"
		expectIndexed(t, ix, "before", "a/x")
		s.remove("a", "x")
		expectIndexed(t, ix, "before")
		expectIndexed(t, ix, "after")
	})
}
