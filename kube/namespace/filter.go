// SPDX-License-Identifier: Apache-2.0

package namespace

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/sets"
)

// filter answers by what it knows about namespaces, and announces what changes.
// Whatever calls others (the source, handlers) happens in its one goroutine, and
// never under its lock.
type filter struct {
	source Source

	// These have something in them if there is something to do.
	selectorsAreNews, noticesAreNews chan struct{}

	complete chan struct{} // closed when the first complete state is there
	ended    chan struct{} // closed when nothing changes any more

	mu      sync.RWMutex
	members membership
	settled bool // complete is closed; changes are announced
	// asked is what others were told about namespaces that are not announced as others
	// are: those that are not known, and all of them before the filter is settled.
	asked       map[string]answer
	subscribers []*subscriber // never changed in place
	notices     []notice
	over        bool // ended is closed
}

// subscriber is a handler, until it has ended.
type subscriber struct {
	handler kubetypes.NamespacesHandler
	ended   atomic.Bool
}

// notice is what the subscribers of one moment are to be told.
type notice struct {
	selected, deselected sets.String
	to                   []*subscriber
}

func newFilter(source Source) *filter {
	return &filter{
		source:           source,
		selectorsAreNews: make(chan struct{}, 1),
		noticesAreNews:   make(chan struct{}, 1),
		complete:         make(chan struct{}),
		ended:            make(chan struct{}),
		members:          membership{namespaces: map[string]*member{}},
		asked:            map[string]answer{},
	}
}

// Filter implements [kubetypes.DynamicObjectFilter].
func (f *filter) Filter(obj any) bool {
	name, ok := namespaceOf(obj)
	if !ok || name == "" {
		return ok
	}
	f.mu.RLock()
	selected := f.members.selects(name)
	done := f.announces(name) || f.asked[name]&answerOf(selected) != 0
	f.mu.RUnlock()
	if done {
		return selected
	}
	return f.selectsAndRemembers(name)
}

// AddHandler implements [kubetypes.DynamicObjectFilter].
func (f *filter) AddHandler(handler kubetypes.NamespacesHandler) { f.Subscribe(handler) }

// Subscribe implements [kubetypes.FilterSubscriber].
func (f *filter) Subscribe(handler kubetypes.NamespacesHandler) (unsubscribe func()) {
	s := &subscriber{handler: handler}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return func() {}
	}
	f.subscribers = append(slices.Clip(f.subscribers), s)
	return func() {
		s.ended.Store(true)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.subscribers = slices.DeleteFunc(slices.Clone(f.subscribers), func(other *subscriber) bool { return other == s })
	}
}

// sourceChanged has the source asked again.
func (f *filter) sourceChanged() { signal(f.selectorsAreNews) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // whoever comes to that will see this too
	}
}

func (f *filter) setSelectors(next selectorSet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wasEverything := f.members.everything()
	selected, deselected := f.members.setSelectors(next)
	if f.settled && wasEverything != f.members.everything() {
		f.correct(selected, deselected)
	}
	f.announce(selected, deselected)
}

func (f *filter) namespaceSet(name string, labels map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.members.knows(name)
	before, after := f.members.setNamespace(name, labels)
	if f.settled && !known {
		if f.asked[name]&shown != 0 && !after {
			before = true // it is new, but what is in it was seen before it
		}
		delete(f.asked, name)
	}
	switch {
	case after && !before:
		f.announce(sets.New(name), sets.New[string]())
	case before && !after:
		f.announce(sets.New[string](), sets.New(name))
	}
}

// namespaceRemoved announces nothing: the API server has deleted what was in the
// namespace before.
func (f *filter) namespaceRemoved(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	selected := f.members.selects(name)
	f.members.removeNamespace(name)
	if f.settled {
		f.remember(name, selected)
	}
}

// settle says that the state is complete, and announces what was answered otherwise.
func (f *filter) settle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settled = true
	selected, deselected := sets.New[string](), sets.New[string]()
	f.correct(selected, deselected)
	for name := range f.asked {
		if f.members.knows(name) {
			delete(f.asked, name)
		}
	}
	f.announce(selected, deselected)
	close(f.complete)
}

// announce queues what has changed for those who subscribe now. The caller holds mu.
func (f *filter) announce(selected, deselected sets.String) {
	if !f.settled || len(selected)+len(deselected) == 0 || len(f.subscribers) == 0 {
		return
	}
	f.notices = append(f.notices, notice{selected: selected, deselected: deselected, to: f.subscribers})
	signal(f.noticesAreNews)
}

// deliver tells subscribers what is queued, until stop is closed.
func (f *filter) deliver(stop <-chan struct{}) {
	f.mu.Lock()
	queued := f.notices
	f.notices = nil
	f.mu.Unlock()
	for _, n := range queued {
		for _, s := range n.to {
			select {
			case <-stop:
				return
			default:
			}
			if !s.ended.Load() {
				s.handler(n.selected, n.deselected)
			}
		}
	}
}

// end lets go of everybody. The filter goes on to answer as it last did.
func (f *filter) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	f.subscribers, f.notices, f.asked = nil, nil, nil
	close(f.ended)
}
