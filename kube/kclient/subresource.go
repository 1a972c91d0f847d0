// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube/internal/source"
)

func (c *writeClient[T]) GetSubresource(ctx context.Context, name, namespace, subresource string, answer runtime.Object) error {
	return c.exchange(ctx, source.Exchange{
		Verb: "GET", Name: name, Namespace: namespace, Subresource: subresource, Options: &metav1.GetOptions{},
	}, answer)
}

func (c *writeClient[T]) CreateSubresource(
	ctx context.Context, name, namespace, subresource string, body, answer runtime.Object, opts ...WriteOption,
) error {
	o, err := collect(toCreate, opts)
	if err != nil {
		return err
	}
	options := o.create()
	return c.sendTo(ctx, source.Exchange{
		Verb: "POST", Name: name, Namespace: namespace, Subresource: subresource, Options: &options,
	}, body, answer)
}

func (c *writeClient[T]) UpdateSubresource(
	ctx context.Context, name, namespace, subresource string, body, answer runtime.Object, opts ...WriteOption,
) error {
	o, err := collect(toUpdate, opts)
	if err != nil {
		return err
	}
	if o.subresource != "" || o.uid != "" || o.resourceVersion != "" {
		return fmt.Errorf("update %s: body says what to update, and if; Subresource, IfUID and IfResourceVersion do not apply",
			subresource)
	}
	options := o.update()
	return c.sendTo(ctx, source.Exchange{
		Verb: "PUT", Name: name, Namespace: namespace, Subresource: subresource, Options: &options,
	}, body, answer)
}

func (c *writeClient[T]) PatchSubresource(
	ctx context.Context, name, namespace, subresource string, pt apitypes.PatchType, data []byte, answer runtime.Object,
	opts ...WriteOption,
) error {
	o, err := collect(toPatch, opts)
	if err != nil {
		return err
	}
	if o.subresource != "" {
		return fmt.Errorf("patch %s: Subresource does not apply", subresource)
	}
	if data, err = conditional(pt, data, o); err != nil {
		return fmt.Errorf("patch %s of %s/%s: %w", subresource, namespace, name, err)
	}
	options := o.patch()
	err = c.exchange(ctx, source.Exchange{
		Verb: "PATCH", Name: name, Namespace: namespace, Subresource: subresource, Options: &options,
		ContentType: string(pt), Body: data,
	}, answer)
	return c.patchError(name, o, err)
}

// sendTo makes the exchange with a body. Its kind, if it does not say, is that of its Go
// type.
func (c *writeClient[T]) sendTo(ctx context.Context, e source.Exchange, body, answer runtime.Object) error {
	content, err := contentOf(body)
	if err != nil {
		return err
	}
	if content["kind"] == nil || content["kind"] == "" {
		if info, err := c.types.ForType(reflect.TypeOf(body)); err == nil {
			content["apiVersion"], content["kind"] = info.GVK.GroupVersion().String(), info.GVK.Kind
		}
	}
	e.ContentType = runtime.ContentTypeJSON
	if e.Body, err = json.Marshal(content); err != nil {
		return fmt.Errorf("encode %T: %w", body, err)
	}
	return c.exchange(ctx, e, answer)
}

func (c *writeClient[T]) exchange(ctx context.Context, e source.Exchange, answer runtime.Object) error {
	data, err := c.resource.Exchange(ctx, e)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("decode %s of %s/%s: %w", e.Subresource, e.Namespace, e.Name, err)
	}
	return nil
}
