// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
)

// view is how an observer sees the objects of a stage.
type view struct {
	informer kclient.Untyped
	// shows is what the server's selectors and the client's filter let through, by the
	// model; nil for everything.
	shows func(o controllers.Object) bool
	// told says that handlers hear of everything that is cached: no filter of the client
	// comes between.
	told bool
	// once says that what is deleted never comes back.
	once bool
}

// observer is a view with handlers and an index. One goroutine at a time uses it.
type observer struct {
	view

	name    string
	started bool   // from the beginning
	wait    func() // what a slow handler does in each event
	ledgers []*ledger
	past    []*ledger // of handlers that were ended
	index   kclient.RawIndexer
	added   int
}

// colors are the values of a label that objects are indexed by.
var colors = []string{"red", "green", "blue"}

func indexKeys(o controllers.Object) []string {
	return []string{"color " + o.GetLabels()["color"], "name " + o.GetName()[:1]}
}

// add adds a handler, every now and then one that waits for the next check, or ends
// itself.
func (o *observer) add(random *rand.Rand) *ledger {
	var wait func()
	lives := 0
	switch random.IntN(10) {
	case 0, 1:
		wait = o.wait
	case 2:
		lives = 1 + random.IntN(5)
	}
	o.added++
	l := addLedger(o.informer, fmt.Sprintf("handler %d of %s", o.added, o.name), random.IntN(3) == 0, o.once, wait, lives)
	o.ledgers = append(o.ledgers, l)
	return l
}

func (o *observer) endOne(random *rand.Rand) {
	if len(o.ledgers) == 0 {
		return
	}
	i := random.IntN(len(o.ledgers))
	l := o.ledgers[i]
	o.ledgers = slices.Delete(o.ledgers, i, i+1)
	l.stop()
	l.end()
	o.past = append(o.past, l)
}

func (o *observer) endAll() {
	o.informer.ShutdownHandlers()
	o.forgetAll()
}

func (o *observer) close(t *testing.T) {
	t.Helper()
	o.informer.Close()
	o.forgetAll()
	if o.index != nil && lookedUp(o.index, "name x") != nil {
		t.Errorf("%s: an index that is closed finds something", o.name)
	}
}

// dropEnded forgets handlers that have ended themselves.
func (o *observer) dropEnded() {
	for _, l := range o.ledgers {
		if l.isEnded() {
			o.past = append(o.past, l)
		}
	}
	o.ledgers = slices.DeleteFunc(o.ledgers, (*ledger).isEnded)
}

func (o *observer) forgetAll() {
	for _, l := range o.ledgers {
		l.end()
	}
	o.past, o.ledgers = append(o.past, o.ledgers...), nil
}

func (o *observer) list(namespace string) []controllers.Object {
	return o.informer.List(namespace, klabels.Everything())
}

func lookedUp(index kclient.RawIndexer, key string) []string {
	var found []string
	for _, obj := range index.Lookup(key) {
		found = append(found, describe(obj.(controllers.Object)))
	}
	return found
}

func describe(o controllers.Object) string { return key(o) + " " + o.GetResourceVersion() }

// look checks what must be true at any time.
func (o *observer) look(t *testing.T) {
	t.Helper()
	if o.informer.HasSynced() {
		for _, l := range o.ledgers {
			if !l.isSynced() && l.lives == 0 {
				t.Errorf("%s: synced, and %s is not", o.name, l.name)
			}
		}
	}
	if o.index == nil {
		return
	}
	for _, color := range colors {
		k := "color " + color
		for _, obj := range o.index.Lookup(k) {
			if found := obj.(controllers.Object); !slices.Contains(indexKeys(found), k) {
				t.Errorf("%s: Lookup(%q) finds %v", o.name, k, found)
			}
		}
	}
}

// check compares everything with what the server has, once nothing happens any more.
func (o *observer) check(t *testing.T, server []controllers.Object) {
	t.Helper()
	want := map[string]controllers.Object{}
	for _, obj := range server {
		if o.shows == nil || o.shows(obj) {
			want[key(obj)] = obj
		}
	}
	read := o.list(metav1.NamespaceAll)
	cached := byKey(read)
	if diff := cmp.Diff(versions(want), versions(cached)); diff != "" || len(read) != len(cached) {
		t.Errorf("%s: List has %d objects, mismatch (-want +got):\n%s", o.name, len(read), diff)
	}
	if !o.informer.HasSynced() {
		t.Errorf("%s: not synced", o.name)
	}
	o.checkReads(t, cached)
	o.dropEnded()
	for _, l := range o.ledgers {
		l.expect(t, cached)
	}
	o.checkStories(t)
	for _, l := range slices.Concat(o.past, o.ledgers) {
		l.report(t)
	}
}

// checkReads compares the other reads with List.
func (o *observer) checkReads(t *testing.T, cached map[string]controllers.Object) {
	t.Helper()
	found := 0
	byNamespace := map[string]bool{}
	wantUnder := map[string][]string{}
	for _, k := range slices.Sorted(maps.Keys(cached)) {
		obj := cached[k]
		if got := o.informer.Get(obj.GetName(), obj.GetNamespace()); got != obj {
			t.Errorf("%s: Get(%s) = %v, and List has %v", o.name, k, got, obj)
		}
		byNamespace[obj.GetNamespace()] = true
		for _, under := range indexKeys(obj) {
			wantUnder[under] = append(wantUnder[under], describe(obj))
		}
	}
	for namespace := range byNamespace {
		found += len(o.list(namespace))
	}
	if !byNamespace[""] && found != len(cached) {
		t.Errorf("%s: %d objects in namespaces, %d in all", o.name, found, len(cached))
	}
	if got := o.informer.Get("none", "a"); got != nil {
		t.Errorf("%s: Get of what is not there = %v", o.name, got)
	}
	if o.index == nil {
		return
	}
	gotUnder := map[string][]string{}
	for _, under := range []string{"color ", "color red", "color green", "color blue", "name x", "name l"} {
		if got := lookedUp(o.index, under); got != nil {
			gotUnder[under] = got
		}
	}
	if diff := cmp.Diff(wantUnder, gotUnder); diff != "" {
		t.Errorf("%s: index mismatch (-want +got):\n%s", o.name, diff)
	}
}

// checkStories compares what handlers were told that were added one after the other:
// after their initial objects, all are told the same.
func (o *observer) checkStories(t *testing.T) {
	t.Helper()
	if !o.told {
		return
	}
	var before []string
	for i, l := range o.ledgers {
		story := l.events()
		if i > 0 && (len(story) > len(before) || !slices.Equal(before[len(before)-len(story):], story)) {
			t.Errorf("%s: %s was told other things than the one before it (-want +got):\n%s", o.name, l.name, cmp.Diff(before, story))
		}
		before = story
	}
}

// await waits until the cache shows a version.
func (o *observer) await(t *testing.T, version string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // of the bubble
	defer cancel()
	if err := o.informer.WaitFor(ctx, version); err != nil {
		t.Errorf("%s: %v; it is %v", o.name, err, o.informer.State())
	}
}
