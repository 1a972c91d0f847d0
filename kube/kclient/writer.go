// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"
	"reflect"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/source"
)

const statusSubresource = "status"

// writeClient puts a type on the access to a resource.
type writeClient[T controllers.ComparableObject] struct {
	resource source.Resource
}

func newWriteClient[T controllers.ComparableObject](c kube.Client) (*writeClient[T], error) {
	info, err := c.Types().ForType(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	restClient, err := c.RESTClient(info)
	if err != nil {
		return nil, fmt.Errorf("client of %s: %w", info.GVR, err)
	}
	return &writeClient[T]{resource: source.NewResource(info, restClient)}, nil
}

// result returns an answer as a T.
func result[T controllers.ComparableObject](obj controllers.Object, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return typed[T](obj), nil
}

// given returns an error if there is no object to write.
func given[T controllers.ComparableObject](object T) error {
	if controllers.IsNil(object) {
		return fmt.Errorf("write %T: the object is nil", object)
	}
	return nil
}

func (c *writeClient[T]) Create(object T) (T, error) {
	if err := given(object); err != nil {
		return object, err
	}
	return result[T](c.resource.Create(context.Background(), object, metav1.CreateOptions{}))
}

func (c *writeClient[T]) Update(object T) (T, error) {
	if err := given(object); err != nil {
		return object, err
	}
	return result[T](c.resource.Update(context.Background(), object, metav1.UpdateOptions{}))
}

func (c *writeClient[T]) UpdateStatus(object T) (T, error) {
	if err := given(object); err != nil {
		return object, err
	}
	return result[T](c.resource.Update(context.Background(), object, metav1.UpdateOptions{}, statusSubresource))
}

func (c *writeClient[T]) Patch(name, namespace string, pt apitypes.PatchType, data []byte) (T, error) {
	return result[T](c.resource.Patch(context.Background(), name, namespace, pt, data, metav1.PatchOptions{}))
}

func (c *writeClient[T]) PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) (T, error) {
	return result[T](c.resource.Patch(context.Background(), name, namespace, pt, data, metav1.PatchOptions{},
		statusSubresource))
}

func (c *writeClient[T]) ApplyStatus(
	name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string,
) (T, error) {
	force := true
	return result[T](c.resource.Patch(context.Background(), name, namespace, pt, data,
		metav1.PatchOptions{Force: &force, FieldManager: fieldManager}, statusSubresource))
}

func (c *writeClient[T]) Delete(name, namespace string) error {
	return c.resource.Delete(context.Background(), name, namespace, metav1.DeleteOptions{})
}

// getLive reads an object from the API server.
func (c *writeClient[T]) getLive(name, namespace string) (T, error) {
	return result[T](c.resource.Get(context.Background(), name, namespace, metav1.GetOptions{}))
}

// ToPatcher returns w without its type.
func ToPatcher[T controllers.Object](w Writer[T]) Patcher {
	return patcher[T]{w}
}

type patcher[T controllers.Object] struct{ writer Writer[T] }

func (p patcher[T]) Patch(name, namespace string, pt apitypes.PatchType, data []byte) error {
	_, err := p.writer.Patch(name, namespace, pt, data)
	return err
}

func (p patcher[T]) PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) error {
	_, err := p.writer.PatchStatus(name, namespace, pt, data)
	return err
}

func (p patcher[T]) ApplyStatus(
	name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string,
) error {
	_, err := p.writer.ApplyStatus(name, namespace, pt, data, fieldManager)
	return err
}

// liveReader is a writer that can read from the API server, as those of this
// package can.
type liveReader[T controllers.Object] interface {
	getLive(name, namespace string) (T, error)
}

// updateAttempts is how often CreateOrUpdate starts again when another writer was
// faster.
const updateAttempts = 5

// CreateOrUpdate creates the object or, if there is one of its name, replaces that.
// An object that names a resource version replaces exactly this version, or the
// error is a conflict. Otherwise the current version is replaced, whatever it is,
// and a conflict with another writer is tried again. It returns the server's answer
// and leaves object alone.
//
// To name the current version it reads it from the server, which the writers of this
// package can. Any other [Writer] is told to update object as it is; the server
// refuses that for custom resources.
func CreateOrUpdate[T controllers.Object](c Writer[T], object T) (T, error) {
	created, ok := object.DeepCopyObject().(T)
	if !ok {
		return object, fmt.Errorf("copy of %T is of another type", object)
	}
	created.SetResourceVersion("") // the server refuses to create a version
	var answer T
	var err error
	for range updateAttempts {
		answer, err = c.Create(created)
		if !apierrors.IsAlreadyExists(err) {
			return answer, err
		}
		answer, err = update(c, object)
		// NotFound says that the object was deleted since Create found it.
		mayRetry := object.GetResourceVersion() == "" && (apierrors.IsConflict(err) || apierrors.IsNotFound(err))
		if !mayRetry {
			return answer, err
		}
	}
	return answer, err
}

// update replaces the version that the object names, or else the current one.
func update[T controllers.Object](c Writer[T], object T) (T, error) {
	reader, canRead := c.(liveReader[T])
	if object.GetResourceVersion() != "" || !canRead {
		return c.Update(object)
	}
	current, err := reader.getLive(object.GetName(), object.GetNamespace())
	if err != nil {
		return current, err
	}
	replacement, ok := object.DeepCopyObject().(T)
	if !ok {
		return object, fmt.Errorf("copy of %T is of another type", object)
	}
	replacement.SetResourceVersion(current.GetResourceVersion())
	return c.Update(replacement)
}
