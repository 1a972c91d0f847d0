// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"

	"k8s.io/client-go/tools/cache"
)

// ChangedObjectHandler is [TypedObjectHandler] that leaves out the updates of which
// changed says no. Additions and deletions are all passed on.
//
//	pods.AddEventHandler(controllers.ChangedObjectHandler(queueUp,
//		controllers.AnyChanged(controllers.GenerationChanged, controllers.LabelsChanged)))
func ChangedObjectHandler[T Object](
	handler func(o T), changed func(oldObj, newObj Object) bool,
) cache.ResourceEventHandler {
	return EventHandler[T]{
		AddFunc: handler,
		UpdateFunc: func(oldObj, newObj T) {
			if changed(oldObj, newObj) {
				handler(newObj)
			}
		},
		DeleteFunc: handler,
	}
}

// GenerationChanged reports whether an update touched more than status and
// metadata, for kinds whose server counts generations. For kinds without
// generations it reports whether the resource version differs.
func GenerationChanged(oldObj, newObj Object) bool {
	if oldObj.GetGeneration() == 0 && newObj.GetGeneration() == 0 {
		return ResourceVersionChanged(oldObj, newObj)
	}
	return oldObj.GetGeneration() != newObj.GetGeneration()
}

// ResourceVersionChanged reports whether an update is more than a replay.
func ResourceVersionChanged(oldObj, newObj Object) bool {
	return oldObj.GetResourceVersion() != newObj.GetResourceVersion()
}

// LabelsChanged reports whether an update touched the labels.
func LabelsChanged(oldObj, newObj Object) bool {
	return !maps.Equal(oldObj.GetLabels(), newObj.GetLabels())
}

// AnnotationsChanged reports whether an update touched the annotations.
func AnnotationsChanged(oldObj, newObj Object) bool {
	return !maps.Equal(oldObj.GetAnnotations(), newObj.GetAnnotations())
}

// DeletionChanged reports whether an update is the one that marks an object for
// deletion, while finalizers keep it.
func DeletionChanged(oldObj, newObj Object) bool {
	return oldObj.GetDeletionTimestamp().IsZero() != newObj.GetDeletionTimestamp().IsZero()
}

// AnyChanged reports whether one of the functions does; false if there are none.
func AnyChanged(changed ...func(oldObj, newObj Object) bool) func(oldObj, newObj Object) bool {
	return func(oldObj, newObj Object) bool {
		for _, c := range changed {
			if c(oldObj, newObj) {
				return true
			}
		}
		return false
	}
}

// AllChanged reports whether all of the functions do; true if there are none.
func AllChanged(changed ...func(oldObj, newObj Object) bool) func(oldObj, newObj Object) bool {
	return func(oldObj, newObj Object) bool {
		for _, c := range changed {
			if !c(oldObj, newObj) {
				return false
			}
		}
		return true
	}
}
