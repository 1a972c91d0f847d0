// SPDX-License-Identifier: Apache-2.0

package krttest_test

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
)

// A suite that finds nothing wrong must be one that could. Suites report to a
// [testing.T], which nobody can stand in for, so what is broken is tested by another
// process, which has to fail.

var broken = flag.Bool("krttest.broken", false, "test what is broken")

// brokenCollections are collections that break one promise each, and the check that
// has to find out.
func brokenCollections() map[string]struct {
	check string
	wrap  func(c krt.Collection[object]) krt.Collection[object]
} {
	// handles returns a collection that calls its handlers through another function.
	handles := func(through func(c krt.Collection[object], f func([]krt.Event[object])) func([]krt.Event[object])) func(krt.Collection[object]) krt.Collection[object] {
		return func(c krt.Collection[object]) krt.Collection[object] {
			return brokenHandlers{Collection: c, through: func(f func([]krt.Event[object])) func([]krt.Event[object]) { return through(c, f) }}
		}
	}
	return map[string]struct {
		check string
		wrap  func(c krt.Collection[object]) krt.Collection[object]
	}{
		"tells one by one": {
			check: "handlers/first_state_in_one_batch",
			wrap: handles(func(_ krt.Collection[object], f func([]krt.Event[object])) func([]krt.Event[object]) {
				return func(es []krt.Event[object]) {
					for i := range es {
						f(es[i : i+1])
					}
				}
			}),
		},
		"tells everything twice": {
			check: "handlers/each_change_in_order",
			wrap: handles(func(_ krt.Collection[object], f func([]krt.Event[object])) func([]krt.Event[object]) {
				return func(es []krt.Event[object]) { f(es); f(es) }
			}),
		},
		"tells of nothing": {
			check: "handlers/without_existing_state_only_what_changes",
			wrap: handles(func(_ krt.Collection[object], f func([]krt.Event[object])) func([]krt.Event[object]) {
				return func(es []krt.Event[object]) { f(nil); f(es) }
			}),
		},
		"tells on many goroutines": {
			check: "handlers/never_called_by_two_goroutines_at_once",
			wrap: handles(func(_ krt.Collection[object], f func([]krt.Event[object])) func([]krt.Event[object]) {
				return func(es []krt.Event[object]) {
					var wg sync.WaitGroup
					wg.Go(func() { f(es) })
					wg.Go(func() { f(es) })
					wg.Wait()
				}
			}),
		},
		"gives all the same slice": {
			check: "handlers/own_their_batch",
			wrap: func(c krt.Collection[object]) krt.Collection[object] {
				var mu sync.Mutex
				first := map[*object][]krt.Event[object]{}
				return brokenHandlers{Collection: c, through: func(f func([]krt.Event[object])) func([]krt.Event[object]) {
					return func(es []krt.Event[object]) {
						mu.Lock()
						defer mu.Unlock()
						if shared, ok := first[es[0].New]; ok {
							es = shared
						}
						first[es[0].New] = es
						f(es)
					}
				}}
			},
		},
		"merges a removal and an addition": {
			check: "handlers/deletion_and_re-creation_are_both_told",
			wrap: func(c krt.Collection[object]) krt.Collection[object] {
				return krt.NewManyFromNothing(func(ctx krt.HandlerContext) []object { return krt.Fetch(ctx, c) })
			},
		},
		"does not unregister": {
			check: "handlers/nothing_after_they_were_unregistered",
			wrap:  func(c krt.Collection[object]) krt.Collection[object] { return brokenRegistrations{c} },
		},
		"shows what was before": {
			check: "reads/agree_with_what_handlers_are_told",
			wrap:  func(c krt.Collection[object]) krt.Collection[object] { return &brokenReads{Collection: c} },
		},
		"lists the same slice": {
			check: "reads/return_copies",
			wrap: func(c krt.Collection[object]) krt.Collection[object] {
				return brokenList{c, sync.OnceValue(c.List)}
			},
		},
		"says that it is synced": {
			check: "sync/waits_for_the_first_state",
			wrap:  func(c krt.Collection[object]) krt.Collection[object] { return brokenSync{c} },
		},
	}
}

func TestBroken_collections(t *testing.T) {
	if !*broken {
		t.Skip("run by TestCollection_findsWhatIsBroken")
	}
	for name, b := range brokenCollections() {
		t.Run(name, func(t *testing.T) {
			krttest.TestCollection(t, krttest.Traits{Own: true}, func(_ *testing.T, s krttest.Setup) krttest.Rig[object] {
				source := newSource(s, s.Options)
				return source.rig(b.wrap(source))
			})
		})
	}
}

func TestCollection_findsWhatIsBroken(t *testing.T) {
	for name, b := range brokenCollections() {
		t.Run(name, func(t *testing.T) { mustFail(t, "TestBroken_collections", name, b.check) })
	}
}

// mustFail runs a check of something broken in another process, which must fail.
func mustFail(t *testing.T, test, name, check string) {
	t.Helper()
	steps := []string{"^" + test + "$", "^" + strings.ReplaceAll(name, " ", "_") + "$"}
	for step := range strings.SplitSeq(check, "/") {
		steps = append(steps, "^"+step+"$")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-krttest.broken", "-test.run", strings.Join(steps, "/"))
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("%s passed:\n%s", check, out)
	}
	if !strings.Contains(string(out), "--- FAIL: "+test+"/"+strings.ReplaceAll(name, " ", "_")+"/"+check) {
		t.Fatalf("not found by %s:\n%s", check, out)
	}
}

// brokenHandlers calls handlers otherwise than it is called itself.
type brokenHandlers struct {
	krt.Collection[object]
	through func(f func([]krt.Event[object])) func([]krt.Event[object])
}

func (b brokenHandlers) RegisterBatch(f func([]krt.Event[object]), existing bool) krt.HandlerRegistration {
	return b.Collection.RegisterBatch(b.through(f), existing)
}

func (b brokenHandlers) Register(f func(krt.Event[object])) krt.HandlerRegistration {
	return b.RegisterBatch(func(es []krt.Event[object]) {
		for _, e := range es {
			f(e)
		}
	}, true)
}

// brokenRegistrations goes on after it was told to stop.
type brokenRegistrations struct{ krt.Collection[object] }

type deaf struct{ krt.HandlerRegistration }

func (deaf) UnregisterHandler() {}

func (b brokenRegistrations) RegisterBatch(f func([]krt.Event[object]), existing bool) krt.HandlerRegistration {
	return deaf{b.Collection.RegisterBatch(f, existing)}
}

// brokenReads answers with the state that was there at the call before.
type brokenReads struct {
	krt.Collection[object]
	mu     sync.Mutex
	before *object
}

func (b *brokenReads) GetKey(key string) *object {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.before
	b.before = b.Collection.GetKey(key)
	return before
}

type brokenList struct {
	krt.Collection[object]
	list func() []object
}

func (b brokenList) List() []object { return b.list() }

type brokenSync struct{ krt.Collection[object] }

func (brokenSync) HasSynced() bool { return true }

// brokenInformers are like brokenCollections.
func brokenInformers() map[string]struct {
	check string
	wrap  func(m *memory) krt.Informer[*object]
} {
	type change = func(old, new *object)
	// tells returns an informer that tells its subscribers through another function.
	tells := func(through func(change, func()) (change, func())) func(m *memory) krt.Informer[*object] {
		return func(m *memory) krt.Informer[*object] { return brokenTelling{m, through} }
	}
	return map[string]struct {
		check string
		wrap  func(m *memory) krt.Informer[*object]
	}{
		"says first that it is synced": {
			check: "subscriptions/tells_what_is_present,_then_that_it_is_synced",
			wrap: tells(func(c change, synced func()) (change, func()) {
				once := sync.OnceFunc(synced)
				return func(o, n *object) { once(); c(o, n) }, once
			}),
		},
		"says twice that it is synced": {
			check: "subscriptions/tells_what_is_present,_then_that_it_is_synced",
			wrap:  tells(func(c change, synced func()) (change, func()) { return c, func() { synced(); synced() } }),
		},
		"does not say what was before": {
			check: "subscriptions/tells_each_change_in_order,_with_what_was_before",
			wrap: tells(func(c change, synced func()) (change, func()) {
				return func(o, n *object) {
					if n != nil {
						o = nil
					}
					c(o, n)
				}, synced
			}),
		},
		"makes changes of removals": {
			check: "subscriptions/tells_that_an_object_was_removed_and_made_again",
			wrap: tells(func(c change, synced func()) (change, func()) {
				var last *object
				return func(o, n *object) {
					if n == nil {
						return
					}
					if o == nil {
						o = last
					}
					last = n
					c(o, n)
				}, synced
			}),
		},
		"tells on many goroutines": {
			check: "subscriptions/never_calls_by_two_goroutines_at_once",
			wrap: tells(func(c change, synced func()) (change, func()) {
				return func(o, n *object) {
					var wg sync.WaitGroup
					for range 4 {
						wg.Go(func() { c(o, n) })
					}
					wg.Wait()
				}, synced
			}),
		},
		"goes on after the end": {
			check: "subscriptions/ends_a_subscription_at_once,_and_only_that",
			wrap:  func(m *memory) krt.Informer[*object] { return brokenEnd{m} },
		},
	}
}

func TestBroken_informers(t *testing.T) {
	if !*broken {
		t.Skip("run by TestInformer_findsWhatIsBroken")
	}
	for name, b := range brokenInformers() {
		t.Run(name, func(t *testing.T) {
			krttest.TestInformer(t, func(_ *testing.T, s krttest.Setup) krttest.InformerRig[*object] {
				m := newMemory(s)
				rig := m.rig()
				rig.Informer = b.wrap(m)
				return rig
			})
		})
	}
}

func TestInformer_findsWhatIsBroken(t *testing.T) {
	for name, b := range brokenInformers() {
		t.Run(name, func(t *testing.T) { mustFail(t, "TestBroken_informers", name, b.check) })
	}
}

type brokenTelling struct {
	m       *memory
	through func(change func(old, new *object), synced func()) (func(old, new *object), func())
}

func (b brokenTelling) Subscribe(change func(old, new *object), synced func()) func() {
	return b.m.Subscribe(b.through(change, synced))
}

type brokenEnd struct{ m *memory }

func (b brokenEnd) Subscribe(change func(old, new *object), synced func()) func() {
	b.m.Subscribe(change, synced)
	return func() {}
}
