// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

func selector(t *testing.T, s string) klabels.Selector {
	t.Helper()
	parsed, err := klabels.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestView_listsByLabelWhatTheSelectorSelects compares lists with selectors of all kinds
// with what goes through all objects, again and again while objects change, so that lists
// are answered with and without an index.
//
// Defects C.1 row 14.
func TestView_listsByLabelWhatTheSelectorSelects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 1000
		objects := make([]*corev1.ConfigMap, many)
		for i := range objects {
			objects[i] = configMap(fmt.Sprint("n", i%3), fmt.Sprint("o", i), "app", fmt.Sprint("a", i%10), "tier", fmt.Sprint("t", i%2))
		}
		s := newServer(objects...)
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		for round := range 4 {
			for _, text := range []string{
				"app=a3", "app==a3,tier=t1", "tier in (t0,t1),app=a4", "app in (a1,a2,none)", "app=none", "none=a1", "app!=a3", "app", "!app",
				"app=new", "tier notin (t1)",
			} {
				for _, namespace := range []string{"", "n1", "none"} {
					sel := selector(t, text)
					var want []string
					for _, obj := range v.List(namespace, klabels.Everything()) {
						if o := obj.(*corev1.ConfigMap); sel.Matches(klabels.Set(o.Labels)) {
							want = append(want, keyOf(o)+"@"+o.ResourceVersion)
						}
					}
					var got []string
					for _, obj := range v.List(namespace, sel) {
						o := obj.(*corev1.ConfigMap)
						got = append(got, keyOf(o)+"@"+o.ResourceVersion)
					}
					slices.Sort(want)
					slices.Sort(got)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("round %d: List(%q, %s) (-want +got):\n%s", round, namespace, text, diff)
					}
				}
			}
			for n := round; n < many; n += 7 {
				switch o := objects[n]; n % 4 {
				case 0:
					s.remove(o.Namespace, o.Name)
				case 1:
					s.put(configMap(o.Namespace, o.Name, "app", "new"))
				case 2:
					s.put(configMap(o.Namespace, o.Name))
				default:
					s.put(configMap(o.Namespace, o.Name, "app", fmt.Sprint("a", round)))
				}
			}
			synctest.Wait()
		}
	})
}

// TestView_indexesWhatIsListedByAgain sees by the room in the result whether a list went
// through all objects: it does the first time, and for labels that are listed by once,
// however many there are. It does not for one that is listed by again, also after those.
func TestView_indexesWhatIsListedByAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var objects []*corev1.ConfigMap
		for i := range 1000 {
			objects = append(objects, configMap("n", fmt.Sprint("o", i), "app", fmt.Sprint("a", i%100), "tier", fmt.Sprint("t", i%100)))
		}
		i := newInformer(newServer(objects...))
		v := informer.NewView(i, nil, nil)
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		expect := func(text string, wantAll bool) {
			t.Helper()
			found := v.List("", selector(t, text))
			if all := cap(found) >= 1000; len(found) > 10 || all != wantAll {
				t.Errorf("List(%s) found %d objects in a slice with room for %d; want to go through all: %t", text, len(found), cap(found), wantAll)
			}
		}
		expect("app=a1", true)
		expect("app=a2", false)
		for n := range 1000 {
			expect(fmt.Sprintf("once%d=x", n), true)
		}
		expect("tier=t1", true)
		expect("tier=t2", false)
		expect("app=a3", false)
	})
}

// TestView_listsByLabelFromAnIndexFunction must not wait for the write that calls it.
func TestView_listsByLabelFromAnIndexFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var objects []*corev1.ConfigMap
		for i := range 1000 {
			objects = append(objects, configMap("n", fmt.Sprint("o", i), "app", "a"))
		}
		s := newServer(objects...)
		i := newInformer(s)
		v := informer.NewView(i, nil, nil)
		stop := run(t, i)
		defer stop()
		synctest.Wait()
		found := 0
		v.AddIndex(func(any) []string {
			found = len(v.List("", selector(t, "app=a")))
			return nil
		})
		s.put(configMap("n", "more", "app", "a"))
		synctest.Wait()
		if found != 1000 {
			t.Errorf("found %d objects, want the 1000 that were there before", found)
		}
	})
}

func BenchmarkView_listByLabel(b *testing.B) {
	for _, indexed := range []bool{false, true} {
		b.Run(fmt.Sprintf("indexed=%t", indexed), func(b *testing.B) {
			var objects []*corev1.ConfigMap
			for i := range 10000 {
				objects = append(objects, configMap("n", fmt.Sprint("o", i), "app", fmt.Sprint("a", i/10)))
			}
			i := newInformer(newServer(objects...))
			v := informer.NewView(i, nil, nil)
			stop := run(b, i)
			defer stop()
			<-i.HasSyncedChecker().Done()
			text := "app=a7"
			if !indexed {
				text = "app,app!=a7" // which no index answers
			}
			sel, err := klabels.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			v.List("", sel)
			b.ReportAllocs()
			for b.Loop() {
				v.List("", sel)
			}
		})
	}
}
