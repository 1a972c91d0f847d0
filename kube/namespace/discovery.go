// SPDX-License-Identifier: Apache-2.0

package namespace

import (
	"fmt"
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// DiscoveryFilter reports whether an object is in a namespace that is selected. The
// Filter method of what this package returns is one.
type DiscoveryFilter func(obj any) bool

var _ DiscoveryFilter = (&filter{}).Filter

// ManualSyncWaiter waits until a filter answers by a complete state, or stop is
// closed. It may be called more than once, and from any goroutine.
type ManualSyncWaiter func(stop <-chan struct{})

// NewDiscoveryNamespacesFilter returns a filter that lets objects through whose
// namespace the source selects, once it is known which these are, or stop is closed.
// It starts the informer of namespaces, which must have no filter and may be one of
// metadata only. The filter follows namespaces and source until stop is closed, in a
// goroutine of its own, and then answers as it last did.
func NewDiscoveryNamespacesFilter[N controllers.ComparableObject](
	namespaces kclient.Informer[N], source Source, stop <-chan struct{},
) kubetypes.FilterSubscriber {
	f, wait := NewNonBlockingDiscoveryNamespacesFilter(namespaces, source, stop)
	wait(stop)
	return f
}

// NewNonBlockingDiscoveryNamespacesFilter is [NewDiscoveryNamespacesFilter] without
// waiting; the waiter that it returns does that. Until then, namespaces are selected
// as they become known, and those about which the filter has changed its mind since
// it was asked are announced in the end.
func NewNonBlockingDiscoveryNamespacesFilter[N controllers.ComparableObject](
	namespaces kclient.Informer[N], source Source, stop <-chan struct{},
) (kubetypes.FilterSubscriber, ManualSyncWaiter) {
	f := newFilter(source)
	if s, ok := source.(krt.Syncer); !ok || s.HasSynced() {
		f.readSelectors()
	}
	listed := make(chan struct{})
	unsubscribe := namespaces.Subscribe(func(old, obj N) { changed(f, old, obj) }, func() { close(listed) })
	remove := source.OnChange(f.sourceChanged)
	go func() {
		defer f.end()
		defer unsubscribe()
		defer remove()
		f.run(listed, stop)
	}()
	namespaces.Start(stop)
	return f, func(stop <-chan struct{}) {
		select {
		case <-f.complete:
		case <-f.ended:
		case <-stop:
		}
	}
}

// changed applies a change of a namespace; the zero N is none.
func changed[N controllers.ComparableObject](f *filter, old, obj N) {
	if controllers.IsNil(obj) {
		f.namespaceRemoved(old.GetName())
		return
	}
	f.namespaceSet(obj.GetName(), obj.GetLabels())
}

// run keeps the filter current until stop is closed.
func (f *filter) run(listed, stop <-chan struct{}) {
	if s, ok := f.source.(krt.Syncer); ok && !s.WaitUntilSynced(stop) {
		<-stop // a source that never syncs selects nothing
		return
	}
	select {
	case <-listed:
	case <-stop:
		return
	}
	f.readSelectors()
	f.settle()
	for {
		select {
		case <-stop:
			return
		case <-f.selectorsAreNews:
			f.readSelectors()
		case <-f.noticesAreNews:
		}
		f.deliver(stop)
	}
}

// readSelectors asks the source. Only one call may be under way.
func (f *filter) readSelectors() {
	next, err := parse(f.source.Selectors())
	if err != nil {
		slog.Default().With("scope", "namespace").Error("selectors of namespaces are not valid: those before stay",
			"error", fmt.Errorf("parse selectors: %w", err))
		return
	}
	f.setSelectors(next)
}

// namespaceOf returns the name of the namespace that decides about an object: empty
// for what is in none, false for what is no object.
func namespaceOf(obj any) (name string, ok bool) {
	switch o := obj.(type) {
	case string:
		return o, true
	case cache.DeletedFinalStateUnknown:
		return namespaceOf(o.Obj)
	case *corev1.Namespace:
		return o.GetName(), true
	case metav1.Object:
		if name = o.GetNamespace(); name == "" && isNamespace(o) {
			name = o.GetName()
		}
		return name, true
	default:
		return "", false
	}
}

// isNamespace reports whether an object that is in no namespace, and has no Go type of
// its own, is one. What is metadata only does not say what it is the metadata of; but
// the API server labels every namespace, and nothing else, with its name.
func isNamespace(obj metav1.Object) bool {
	o, ok := obj.(runtime.Object)
	if !ok {
		return false
	}
	gvk := o.GetObjectKind().GroupVersionKind()
	if _, ok := obj.(*metav1.PartialObjectMetadata); ok && (gvk.Empty() || gvk.Group == metav1.GroupName) {
		return obj.GetLabels()[corev1.LabelMetadataName] == obj.GetName()
	}
	return gvk.Group == "" && gvk.Kind == "Namespace"
}
