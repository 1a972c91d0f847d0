// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
)

// ledger is a handler that keeps the books of what it is told. It is a
// cache.ResourceEventHandler, and with change and complete a subscriber.
type ledger struct {
	name     string
	informer kclient.Untyped
	// once says that no filter, selector or definition hides an object and shows it
	// again: what is deleted never comes back.
	once bool
	// slow says that each event takes until wait returns.
	slow bool
	wait func()
	// lives is how many events it takes until the handler ends itself; 0 for never.
	lives int

	mu           sync.Mutex
	registration cache.ResourceEventHandlerRegistration // nil for a subscription
	unsubscribe  func()
	completions  int // how often a subscription was told that it is complete
	busy         bool
	calls        int
	ended        bool // no call may begin any more, but one that was about to
	callsAtEnd   int
	has          map[string]controllers.Object
	newest       map[string]uint64 // the newest version that was seen of each object
	gone         map[apitypes.UID]bool
	story        []string // the events after the initial ones
	wrong        []string
}

func key(o controllers.Object) string { return o.GetNamespace() + "/" + o.GetName() }

func versionOf(o controllers.Object) uint64 {
	version, _ := strconv.ParseUint(o.GetResourceVersion(), 10, 64)
	return version
}

// addLedger adds a handler or a subscription that keeps a ledger. No event is looked at
// before the registration is there. If wait is given, the handler is slow.
func addLedger(informer kclient.Untyped, name string, subscribe, once bool, wait func(), lives int) *ledger {
	l := &ledger{
		name: name, informer: informer, once: once, slow: wait != nil, wait: wait, lives: lives,
		has: map[string]controllers.Object{}, newest: map[string]uint64{}, gone: map[apitypes.UID]bool{},
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if subscribe {
		l.unsubscribe = informer.Subscribe(l.change, l.complete)
	} else {
		l.registration = informer.AddEventHandler(l)
	}
	return l
}

// synced reports whether the initial objects were all told. The lock is held.
func (l *ledger) synced() bool {
	if l.registration == nil {
		return l.completions > 0
	}
	return l.registration.HasSynced()
}

func (l *ledger) isSynced() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.synced()
}

func (l *ledger) isEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

// end notes that the handler was ended.
func (l *ledger) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.ended, l.callsAtEnd = true, l.calls
	}
}

func (l *ledger) complain(format string, args ...any) {
	if len(l.wrong) < 10 {
		l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
	}
}

// OnAdd implements cache.ResourceEventHandler.
func (l *ledger) OnAdd(obj any, initial bool) { l.told(nil, obj.(controllers.Object), initial) }

// OnUpdate implements cache.ResourceEventHandler.
func (l *ledger) OnUpdate(old, obj any) {
	l.told(old.(controllers.Object), obj.(controllers.Object), false)
}

// OnDelete implements cache.ResourceEventHandler.
func (l *ledger) OnDelete(obj any) { l.told(obj.(controllers.Object), nil, false) }

func (l *ledger) change(old, obj controllers.Object) {
	l.mu.Lock()
	initial := l.completions == 0
	if old != nil && l.has[key(old)] != old {
		l.complain("%s changes from version %s, which is not what it had", key(old), old.GetResourceVersion())
	}
	l.mu.Unlock()
	l.told(old, obj, initial && old == nil)
}

func (l *ledger) complete() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.completions++; l.completions > 1 {
		l.complain("complete for the %d. time", l.completions)
	}
}

// told is every event; nil stands for no object.
func (l *ledger) told(old, obj controllers.Object, initial bool) {
	l.mu.Lock()
	if l.busy {
		l.complain("calls overlap")
	}
	l.busy = true
	if l.calls++; l.ended && l.calls > l.callsAtEnd+1 {
		l.complain("called after it was ended")
	}
	if initial == l.synced() {
		l.complain("an event that is initial: %v, although it is synced: %v", initial, l.synced())
	}
	l.mu.Unlock()
	if l.slow {
		l.wait()
	}
	latest := obj
	if obj == nil {
		latest = old
	}
	found := l.informer.Get(latest.GetName(), latest.GetNamespace())
	l.mu.Lock()
	defer l.endSelf()
	defer l.mu.Unlock()
	l.busy = false
	if found != nil && versionOf(found) < versionOf(latest) {
		l.complain("%s is told at version %s and read at %s", key(latest), latest.GetResourceVersion(), found.GetResourceVersion())
	}
	l.fold(old, obj, initial)
}

// endSelf ends the handler, which calls it, if that is due. There is no further call.
func (l *ledger) endSelf() {
	l.mu.Lock()
	due := l.lives > 0 && l.calls >= l.lives && !l.ended
	l.mu.Unlock()
	if !due {
		return
	}
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended, l.callsAtEnd = true, l.calls-1
}

// stop ends the handler.
func (l *ledger) stop() {
	if l.registration == nil {
		l.unsubscribe()
	} else {
		l.informer.ShutdownHandler(l.registration)
	}
}

// fold enters an event. The lock is held.
func (l *ledger) fold(old, obj controllers.Object, initial bool) {
	switch {
	case old == nil:
		l.added(obj)
		if !initial {
			l.story = append(l.story, "add "+key(obj)+" "+obj.GetResourceVersion())
		}
	case obj == nil:
		l.deleted(old)
		l.story = append(l.story, "delete "+key(old))
	default:
		if had := l.has[key(obj)]; had != old {
			l.complain("%s is updated from version %s and had %v", key(obj), old.GetResourceVersion(), had)
		}
		if versionOf(obj) <= l.newest[key(obj)] {
			l.complain("%s is updated to version %s after %d", key(obj), obj.GetResourceVersion(), l.newest[key(obj)])
		}
		l.enter(obj)
		l.story = append(l.story, "update "+key(obj)+" "+obj.GetResourceVersion())
	}
}

func (l *ledger) enter(obj controllers.Object) {
	l.has[key(obj)], l.newest[key(obj)] = obj, versionOf(obj)
}

func (l *ledger) added(obj controllers.Object) {
	if l.has[key(obj)] != nil {
		l.complain("%s is added twice", key(obj))
	}
	if versionOf(obj) < l.newest[key(obj)] {
		l.complain("%s is added at version %s after %d", key(obj), obj.GetResourceVersion(), l.newest[key(obj)])
	}
	if l.once && l.gone[obj.GetUID()] {
		l.complain("%s is added after it was deleted", key(obj))
	}
	l.enter(obj)
}

func (l *ledger) deleted(final controllers.Object) {
	had := l.has[key(final)]
	switch {
	case had == nil:
		l.complain("%s is deleted and was not there", key(final))
	case had.GetUID() != final.GetUID():
		l.complain("%s is deleted as another object than it was", key(final))
	case versionOf(final) < versionOf(had):
		l.complain("%s is deleted at version %s and was at %s", key(final), final.GetResourceVersion(), had.GetResourceVersion())
	}
	l.gone[final.GetUID()] = true
	delete(l.has, key(final))
	l.newest[key(final)] = max(l.newest[key(final)], versionOf(final))
}

// expect complains unless the ledger has what a read returned, the very same objects.
func (l *ledger) expect(t *testing.T, read map[string]controllers.Object) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.synced() {
		l.complain("not synced")
	}
	if l.registration == nil && l.completions != 1 {
		l.complain("complete %d times", l.completions)
	}
	if diff := cmp.Diff(versions(read), versions(l.has)); diff != "" {
		l.complain("what it was told adds up to something else (-want +got):\n%s", diff)
	} else if !maps.Equal(read, l.has) {
		l.complain("it has other objects than reads find, of the same versions")
	}
}

// report reports the complaints.
func (l *ledger) report(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range l.wrong {
		t.Errorf("%s: %s", l.name, text)
	}
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

func (l *ledger) events() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.story)
}

// knows reports whether the object is there, or was.
func (l *ledger) knows(o controllers.Object) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	had := l.has[key(o)]
	return had != nil && had.GetUID() == o.GetUID() || l.gone[o.GetUID()]
}

func versions(objects map[string]controllers.Object) map[string]string {
	found := make(map[string]string, len(objects))
	for k, o := range objects {
		found[k] = o.GetResourceVersion()
	}
	return found
}

func byKey[T controllers.Object](objects []T) map[string]controllers.Object {
	found := make(map[string]controllers.Object, len(objects))
	for _, o := range objects {
		found[key(o)] = o
	}
	return found
}
