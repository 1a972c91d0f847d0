// SPDX-License-Identifier: Apache-2.0

package namespace

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/krt"
)

// Source says by which labels namespaces are selected: those that any selector of its
// list matches, or all of them if the list is empty. A selector that is nil matches
// nothing, one that is empty everything.
//
// If it is a [krt.Syncer] too, it is not asked before it has synced.
type Source interface {
	// Selectors returns the list as it is now. Neither the list nor what is in it may
	// change afterwards. It may be called from any goroutine.
	Selectors() []*metav1.LabelSelector
	// OnChange has f called after every change of the list until remove is called. f
	// does not block, and may be called from any goroutine; calling it without a
	// change does no harm.
	OnChange(f func()) (remove func())
}

// Static returns a source whose list never changes.
func Static(selectors ...*metav1.LabelSelector) Source { return static(selectors) }

type static []*metav1.LabelSelector

func (s static) Selectors() []*metav1.LabelSelector { return s }

func (s static) OnChange(func()) (remove func()) { return func() {} }

// FromSingleton returns a source that follows a singleton, such as a mesh
// configuration: selectors returns the list in its object. Where there is no object,
// the list is empty.
func FromSingleton[T any](s krt.Singleton[T], selectors func(T) []*metav1.LabelSelector) Source {
	return singletonSource[T]{Syncer: s.AsCollection(), singleton: s, selectors: selectors}
}

type singletonSource[T any] struct {
	krt.Syncer

	singleton krt.Singleton[T]
	selectors func(T) []*metav1.LabelSelector
}

func (s singletonSource[T]) Selectors() []*metav1.LabelSelector {
	if o := s.singleton.Get(); o != nil {
		return s.selectors(*o)
	}
	return nil
}

func (s singletonSource[T]) OnChange(f func()) (remove func()) {
	return s.singleton.Register(func(krt.Event[T]) { f() }).UnregisterHandler
}
