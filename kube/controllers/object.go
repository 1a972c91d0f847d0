// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"log/slog"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"
)

// Object is what every Kubernetes object is: data with metadata and a kind.
type Object interface {
	SetGroupVersionKind(gvk schema.GroupVersionKind)
	metav1.Object
	runtime.Object
}

// ComparableObject is an [Object] whose type can be compared with ==, as pointers
// can; it is what generic code needs to know nil from an object.
type ComparableObject interface {
	comparable
	Object
}

// IsNil reports whether o is the zero value of its type: a nil pointer, or a nil
// interface.
func IsNil[O comparable](o O) bool {
	var none O
	return o == none
}

// Extract returns obj as a T. If obj is a cache.DeletedFinalStateUnknown, it
// returns the object in it. It returns the zero T for nil, and for anything that
// is no T, which it logs.
func Extract[T Object](obj any) T {
	var none T
	if obj == nil {
		return none
	}
	if o, ok := obj.(T); ok {
		return o
	}
	content, isTombstone := obj.(cache.DeletedFinalStateUnknown)
	if !isTombstone {
		logUnexpected("event about an object of an unexpected type", none, obj)
		return none
	}
	if o, ok := content.Obj.(T); ok {
		return o
	}
	logUnexpected("deletion of an object of an unexpected type", none, content.Obj)
	return none
}

func logUnexpected(text string, want, got any) {
	slog.Default().With("scope", "controllers").
		Error(text, "want", fmt.Sprintf("%T", want), "got", fmt.Sprintf("%T", got))
}

// ExtractObject is [Extract] for any kind of object; nil if there is none.
func ExtractObject(obj any) Object {
	return Extract[Object](obj)
}

// IgnoreNotFound returns err, or nil if err says that an object does not exist.
func IgnoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// OldestObject returns the object that was created first; of those created in the
// same second, the first by name, then by namespace. It returns the zero T if
// there are none.
func OldestObject[T Object](objects []T) T {
	var oldest T
	for i, o := range objects {
		if i == 0 || isOlder(o, oldest) {
			oldest = o
		}
	}
	return oldest
}

func isOlder(a, b Object) bool {
	ta, tb := a.GetCreationTimestamp(), b.GetCreationTimestamp()
	if !ta.Equal(&tb) {
		return ta.Before(&tb)
	}
	if a.GetName() != b.GetName() {
		return a.GetName() < b.GetName()
	}
	return a.GetNamespace() < b.GetNamespace()
}

// Shutdowner is whatever holds event handlers that can be ended.
type Shutdowner interface {
	ShutdownHandlers()
}

// ShutdownAll ends the handlers of all of s, in order.
func ShutdownAll(s ...Shutdowner) {
	for _, h := range s {
		h.ShutdownHandlers()
	}
}
