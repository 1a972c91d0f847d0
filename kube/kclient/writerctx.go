// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/controllers"
)

func (c *writeClient[T]) CreateCtx(ctx context.Context, object T, opts ...WriteOption) (T, error) {
	var none T
	o, err := collect(toCreate, opts)
	if err != nil {
		return none, err
	}
	if err := given(object); err != nil {
		return none, err
	}
	return result[T](c.resource.Create(ctx, object, o.create()))
}

func (c *writeClient[T]) UpdateCtx(ctx context.Context, object T, opts ...WriteOption) (T, error) {
	var none T
	o, err := collect(toUpdate, opts)
	if err != nil {
		return none, err
	}
	if err := given(object); err != nil {
		return none, err
	}
	if o.uid != "" || o.resourceVersion != "" {
		if object, err = copyOf(object); err != nil {
			return none, err
		}
		if o.uid != "" {
			object.SetUID(o.uid)
		}
		if o.resourceVersion != "" {
			object.SetResourceVersion(o.resourceVersion)
		}
	}
	return result[T](c.resource.Update(ctx, object, o.update(), o.subresources()...))
}

func (c *writeClient[T]) PatchCtx(
	ctx context.Context, name, namespace string, pt apitypes.PatchType, data []byte, opts ...WriteOption,
) (T, error) {
	var none T
	o, err := collect(toPatch, opts)
	if err != nil {
		return none, err
	}
	if data, err = conditional(pt, data, o); err != nil {
		return none, fmt.Errorf("patch %s/%s: %w", namespace, name, err)
	}
	return c.patch(ctx, name, namespace, pt, data, o)
}

func (c *writeClient[T]) patch(
	ctx context.Context, name, namespace string, pt apitypes.PatchType, data []byte, o writeOptions,
) (T, error) {
	answer, err := c.resource.Patch(ctx, name, namespace, pt, data, o.patch(), o.subresources()...)
	return result[T](answer, c.patchError(name, o, err))
}

// patchError returns the error of a patch as a conflict if it is about a precondition.
func (c *writeClient[T]) patchError(name string, o writeOptions, err error) error {
	if o.uid != "" && refusesUID(err) {
		return apierrors.NewConflict(c.info.GVR.GroupResource(), name, err)
	}
	return err
}

// refusesUID reports whether the error is about another UID than the object's. The
// server takes a patch with one for an attempt to change it.
func refusesUID(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return false
	}
	return slices.ContainsFunc(status.Status().Details.Causes, func(cause metav1.StatusCause) bool {
		return cause.Field == "metadata.uid"
	})
}

func (c *writeClient[T]) ApplyCtx(ctx context.Context, object T, opts ...WriteOption) (T, error) {
	var none T
	o, err := collect(toApply, opts)
	if err != nil {
		return none, err
	}
	if err := given(object); err != nil {
		return none, err
	}
	content, err := contentOf(object)
	if err != nil {
		return none, err
	}
	return c.apply(ctx, intent(content, o.subresource), o)
}

func (c *writeClient[T]) ApplyConfigCtx(ctx context.Context, configuration any, opts ...WriteOption) (T, error) {
	var none T
	o, err := collect(toApply, opts)
	if err != nil {
		return none, err
	}
	content, err := contentOf(configuration)
	if err != nil {
		return none, err
	}
	return c.apply(ctx, content, o)
}

func (c *writeClient[T]) DeleteCtx(ctx context.Context, name, namespace string, opts ...WriteOption) error {
	o, err := collect(toDelete, opts)
	if err != nil {
		return err
	}
	return c.resource.Delete(ctx, name, namespace, o.remove())
}

func (c *writeClient[T]) DeleteCollectionCtx(
	ctx context.Context, namespace string, which metav1.ListOptions, opts ...WriteOption,
) error {
	o, err := collect(toDeleteCollection, opts)
	if err != nil {
		return err
	}
	return c.resource.DeleteCollection(ctx, namespace, which, o.remove())
}

// copyOf returns a copy that may be changed.
func copyOf[T controllers.Object](object T) (T, error) {
	c, ok := object.DeepCopyObject().(T)
	if !ok {
		return c, fmt.Errorf("copy of %T is of another type", object)
	}
	return c, nil
}
