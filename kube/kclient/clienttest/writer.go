// SPDX-License-Identifier: Apache-2.0

package clienttest

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/util/test"
)

// TestWriter writes objects of type T. Errors end the test.
type TestWriter[T controllers.Object] struct {
	t      test.Failer
	writer kclient.Writer[T]
}

// NewWriter returns a writer of objects of type T, which the client must know.
func NewWriter[T controllers.ComparableObject](t test.Failer, c kube.Client) TestWriter[T] {
	t.Helper()
	w, err := kclient.TryNewWriteClient[T](c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return TestWriter[T]{t: t, writer: w}
}

// Create creates the object in the namespace that it names, and returns it as the server has it.
func (w TestWriter[T]) Create(object T) T {
	w.t.Helper()
	return w.must("create", object, w.writer.Create)
}

// Update replaces the object and returns it as the server has it.
func (w TestWriter[T]) Update(object T) T {
	w.t.Helper()
	return w.must("update", w.current("update", object), w.writer.Update)
}

// UpdateStatus replaces the object's status and nothing else, and returns the object as the server has it.
func (w TestWriter[T]) UpdateStatus(object T) T {
	w.t.Helper()
	return w.must("update status of", w.current("update status of", object), w.writer.UpdateStatus)
}

// CreateOrUpdate creates the object, or replaces it if there is one of its name, and returns it as the server has it.
func (w TestWriter[T]) CreateOrUpdate(object T) T {
	w.t.Helper()
	return w.must("create or update", object, func(object T) (T, error) { return kclient.CreateOrUpdate(w.writer, object) })
}

// CreateOrUpdateStatus is CreateOrUpdate, then UpdateStatus with the status of the same object.
func (w TestWriter[T]) CreateOrUpdateStatus(object T) T {
	w.t.Helper()
	made := w.CreateOrUpdate(object)
	return w.UpdateStatus(withVersion(object, made.GetResourceVersion()))
}

// Patch changes the object and returns it as the server has it.
func (w TestWriter[T]) Patch(name, namespace string, pt types.PatchType, data []byte) T {
	w.t.Helper()
	return w.mustNamed("patch", namespace, name)(w.writer.Patch(name, namespace, pt, data))
}

// PatchStatus changes the object's status and returns the object as the server has it.
func (w TestWriter[T]) PatchStatus(name, namespace string, pt types.PatchType, data []byte) T {
	w.t.Helper()
	return w.mustNamed("patch status of", namespace, name)(w.writer.PatchStatus(name, namespace, pt, data))
}

// Apply has the server make the object, or bring what the field manager wants of it, to what is in object (server-side apply), taking
// over fields of other managers. It returns the object as the server has it. The writer must be a [kclient.WriterCtx] too, as those of
// package kclient are.
func (w TestWriter[T]) Apply(object T, fieldManager string) T {
	w.t.Helper()
	writer, ok := w.writer.(kclient.WriterCtx[T])
	if !ok {
		w.fail("apply", object.GetNamespace(), object.GetName(), fmt.Errorf("%T is no kclient.WriterCtx", w.writer))
	}
	return w.must("apply", object, func(object T) (T, error) {
		return writer.ApplyCtx(context.Background(), object, kclient.FieldOwner(fieldManager), kclient.Force())
	})
}

// ApplyStatus is Apply for the status of an object, from a configuration in JSON or YAML.
func (w TestWriter[T]) ApplyStatus(name, namespace string, pt types.PatchType, data []byte, fieldManager string) T {
	w.t.Helper()
	return w.mustNamed("apply status of", namespace, name)(w.writer.ApplyStatus(name, namespace, pt, data, fieldManager))
}

// Delete deletes the object, which must be there.
func (w TestWriter[T]) Delete(name, namespace string) {
	w.t.Helper()
	if err := w.writer.Delete(name, namespace); err != nil {
		w.fail("delete", namespace, name, err)
	}
}

// current returns the object with the resourceVersion that the server has now, if it names none and the writer can read it,
// as those of package kclient can.
func (w TestWriter[T]) current(verb string, object T) T {
	w.t.Helper()
	live, ok := w.writer.(kclient.LiveReader[T])
	if object.GetResourceVersion() != "" || !ok {
		return object
	}
	present, err := live.GetLive(context.Background(), object.GetName(), object.GetNamespace())
	if err != nil {
		w.fail(verb, object.GetNamespace(), object.GetName(), err)
	}
	return withVersion(object, present.GetResourceVersion())
}

func (w TestWriter[T]) must(verb string, object T, call func(T) (T, error)) T {
	w.t.Helper()
	out, err := call(object)
	if err != nil {
		w.fail(verb, object.GetNamespace(), object.GetName(), err)
	}
	return out
}

// mustNamed returns a function that takes the outcome of a write.
func (w TestWriter[T]) mustNamed(verb, namespace, name string) func(T, error) T {
	return func(out T, err error) T {
		w.t.Helper()
		if err != nil {
			w.fail(verb, namespace, name, err)
		}
		return out
	}
}

func (w TestWriter[T]) fail(verb, namespace, name string, err error) {
	w.t.Helper()
	var none T
	w.t.Fatalf("%s %T %s/%s: %v", verb, none, namespace, name, err)
}

// withVersion returns a copy of the object with the resourceVersion.
func withVersion[T controllers.Object](object T, version string) T {
	out := object.DeepCopyObject().(T)
	out.SetResourceVersion(version)
	return out
}
