// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"
	"reflect"

	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/types"
)

const statusSubresource = "status"

// writeClient puts a type on the access to a resource.
type writeClient[T controllers.ComparableObject] struct {
	info     types.Info
	types    *types.Registry
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
	return &writeClient[T]{info: info, types: c.Types(), resource: source.NewResource(info, restClient)}, nil
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
	return c.CreateCtx(context.Background(), object)
}

func (c *writeClient[T]) Update(object T) (T, error) {
	return c.UpdateCtx(context.Background(), object)
}

func (c *writeClient[T]) UpdateStatus(object T) (T, error) {
	return c.UpdateCtx(context.Background(), object, Subresource(statusSubresource))
}

func (c *writeClient[T]) Patch(name, namespace string, pt apitypes.PatchType, data []byte) (T, error) {
	return c.PatchCtx(context.Background(), name, namespace, pt, data)
}

func (c *writeClient[T]) PatchStatus(name, namespace string, pt apitypes.PatchType, data []byte) (T, error) {
	return c.PatchCtx(context.Background(), name, namespace, pt, data, Subresource(statusSubresource))
}

func (c *writeClient[T]) ApplyStatus(
	name, namespace string, pt apitypes.PatchType, data []byte, fieldManager string,
) (T, error) {
	return c.PatchCtx(context.Background(), name, namespace, pt, data,
		Subresource(statusSubresource), FieldOwner(fieldManager), Force())
}

func (c *writeClient[T]) Delete(name, namespace string) error {
	return c.DeleteCtx(context.Background(), name, namespace)
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
