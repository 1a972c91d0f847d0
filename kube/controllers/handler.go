// SPDX-License-Identifier: Apache-2.0

package controllers

import "k8s.io/client-go/tools/cache"

// EventHandler calls typed functions for the events of an informer. It implements
// cache.ResourceEventHandler. Events whose function is nil are ignored, and so are
// events without an object of type T.
type EventHandler[T Object] struct {
	AddFunc func(obj T)
	// AddExtendedFunc is called instead of AddFunc if it is set. initialSync is true
	// for objects that existed when the informer, or this handler, started.
	AddExtendedFunc func(obj T, initialSync bool)
	UpdateFunc      func(oldObj, newObj T)
	// DeleteFunc gets the last state of the object that is known.
	DeleteFunc func(obj T)
}

// OnAdd calls AddExtendedFunc or AddFunc.
func (e EventHandler[T]) OnAdd(obj any, initialSync bool) {
	if e.AddExtendedFunc == nil && e.AddFunc == nil {
		return
	}
	o, ok := extracted[T](obj)
	switch {
	case !ok:
	case e.AddExtendedFunc != nil:
		e.AddExtendedFunc(o, initialSync)
	default:
		e.AddFunc(o)
	}
}

// OnUpdate calls UpdateFunc.
func (e EventHandler[T]) OnUpdate(oldObj, newObj any) {
	if e.UpdateFunc == nil {
		return
	}
	o, oldOK := extracted[T](oldObj)
	n, newOK := extracted[T](newObj)
	if oldOK && newOK {
		e.UpdateFunc(o, n)
	}
}

// OnDelete calls DeleteFunc.
func (e EventHandler[T]) OnDelete(obj any) {
	if e.DeleteFunc == nil {
		return
	}
	if o, ok := extracted[T](obj); ok {
		e.DeleteFunc(o)
	}
}

// extracted is Extract, and whether there was an object that is not nil.
func extracted[T Object](obj any) (T, bool) {
	o := Extract[T](obj)
	// The type of T is only known to be an interface or a pointer here; both are
	// comparable when boxed.
	var none T
	return o, any(o) != any(none)
}

// FromEventHandler has the handler called with every event as one value. An update
// without an old or a new object is dropped.
func FromEventHandler(handler func(o Event)) cache.ResourceEventHandler {
	return EventHandler[Object]{
		AddFunc: func(obj Object) {
			handler(Event{New: obj, Event: EventAdd})
		},
		UpdateFunc: func(oldObj, newObj Object) {
			handler(Event{Old: oldObj, New: newObj, Event: EventUpdate})
		},
		DeleteFunc: func(obj Object) {
			handler(Event{Old: obj, Event: EventDelete})
		},
	}
}

// ObjectHandler has the handler called with the object of every event: the new one
// for an addition or update, the last known one for a deletion.
func ObjectHandler(handler func(o Object)) cache.ResourceEventHandler {
	return objectHandler(handler)
}

// TypedObjectHandler is [ObjectHandler] for one type of object.
func TypedObjectHandler[T ComparableObject](handler func(o T)) cache.ResourceEventHandler {
	return objectHandler(handler)
}

func objectHandler[T Object](handler func(o T)) cache.ResourceEventHandler {
	return EventHandler[T]{
		AddFunc:    handler,
		UpdateFunc: func(_, newObj T) { handler(newObj) },
		DeleteFunc: handler,
	}
}

// FilteredObjectHandler is [ObjectHandler] for events of objects that pass the
// filter. An update is passed on if the old or the new object passes, so that the
// handler sees an object leave.
func FilteredObjectHandler(handler func(o Object), filter func(o Object) bool) cache.ResourceEventHandler {
	return filteredObjectHandler(handler, filter, nil)
}

// FilteredObjectSpecHandler is [FilteredObjectHandler] that leaves out updates
// which repeat a resource version. Updates of the status alone do have a new
// resource version: see [GenerationChanged].
func FilteredObjectSpecHandler(handler func(o Object), filter func(o Object) bool) cache.ResourceEventHandler {
	return filteredObjectHandler(handler, filter, ResourceVersionChanged)
}

func filteredObjectHandler(
	handler func(o Object), filter func(o Object) bool, changed func(oldObj, newObj Object) bool,
) cache.ResourceEventHandler {
	single := func(obj Object) {
		if filter(obj) {
			handler(obj)
		}
	}
	return EventHandler[Object]{
		AddFunc: single,
		UpdateFunc: func(oldObj, newObj Object) {
			if changed != nil && !changed(oldObj, newObj) {
				return
			}
			if filter(oldObj) || filter(newObj) {
				handler(newObj)
			}
		},
		DeleteFunc: single,
	}
}
