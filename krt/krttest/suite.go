// SPDX-License-Identifier: Apache-2.0

package krttest

import "testing"

// TestCollection checks that a collection keeps the promises of [krt.Collection]:
// that handlers are told of everything, once, in order, in the right shape, and
// delay nobody; that the collection and its indexes never lag behind what handlers
// are told; when it is synced; and that nothing is left of it after its stop. Each
// check is a subtest, for which start makes a new collection.
//
// It is for those who write a source, be it a [krt.Informer] or something that
// fills a [krt.StaticCollection], and for those who put collections together.
//
//	func TestPolicies(t *testing.T) {
//		krttest.TestCollection(t, krttest.Traits{}, func(t *testing.T, s krttest.Setup) krttest.Rig[Policy] {
//			source := newSource(s.Present)
//			return krttest.Rig[Policy]{
//				Collection: krt.WrapClient[*Policy](source, s.Options...),
//				Put:        func(key string, version int) { source.Put(&Policy{key, version}) },
//				…
//			}
//		})
//	}
func TestCollection[T any](t *testing.T, traits Traits, start func(t *testing.T, s Setup) Rig[T]) {
	t.Helper()
	for _, check := range []struct {
		name string
		run  func(s suite[T])
	}{
		{"handlers/first state in one batch", suite[T].firstStateInOneBatch},
		{"handlers/no call for an empty first state", suite[T].noCallForAnEmptyFirstState},
		{"handlers/without existing state only what changes", suite[T].withoutExistingState},
		{"handlers/before sync the first state, existing or not", suite[T].firstStateBeforeSync},
		{"handlers/each change in order", suite[T].eachChangeInOrder},
		{"handlers/deletion and re-creation are both told", suite[T].recreation},
		{"handlers/exactly once while everything changes", suite[T].exactlyOnce},
		{"handlers/a slow one delays nobody and misses nothing", suite[T].slowHandler},
		{"handlers/never called by two goroutines at once", suite[T].serial},
		{"handlers/may call everything", suite[T].handlersMayCallEverything},
		{"handlers/nothing after they were unregistered", suite[T].unregister},
		{"handlers/own their batch", suite[T].batchesAreOwned},

		{"reads/agree with what handlers are told", suite[T].readsAgreeWithEvents},
		{"reads/return copies", suite[T].readsReturnCopies},
		{"reads/indexes agree with the content", suite[T].indexes},
		{"reads/indexes made while everything changes", suite[T].indexWhileChanging},
		{"reads/metadata", suite[T].metadata},
		{"reads/what derives from it agrees with it", suite[T].derived},
		{"reads/one version along all paths", suite[T].diamond},

		{"sync/waits for the first state", suite[T].syncWaits},
		{"sync/an empty first state is one", suite[T].syncOfNothing},
		{"sync/registrations wait for their handler", suite[T].registrationSync},
		{"sync/later events do not delay a registration", suite[T].registrationSyncedForGood},
		{"sync/a stop channel ends the wait and changes no answer", suite[T].waitWithStop},

		{"stop/freezes the content and ends the handlers", suite[T].stopFreezes},
		{"stop/before sync ends all waits", suite[T].stopBeforeSync},
		{"stop/handlers come too late for changes only", suite[T].registerAfterStop},
		{"stop/leaves nothing in the source", suite[T].stopLeavesNothing},
		{"stop/everything at once", suite[T].torture},
	} {
		t.Run(check.name, func(t *testing.T) { check.run(suite[T]{t: t, traits: traits, start: start}) })
	}
}
