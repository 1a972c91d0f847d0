// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"
	"iter"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube/controllers"
)

// Page is a part of a list, or all of it.
type Page[T controllers.Object] struct {
	// Items are the objects, in the order of their namespaces and names. They are the
	// caller's.
	Items []T
	// Continue is for the ListOptions of the next page; empty if there is none.
	Continue string
	// ResourceVersion is the version of which the list is.
	ResourceVersion string
}

func (c *writeClient[T]) GetLive(ctx context.Context, name, namespace string) (T, error) {
	return result[T](c.resource.Get(ctx, name, namespace, metav1.GetOptions{}))
}

func (c *writeClient[T]) ListLive(ctx context.Context, namespace string, opts metav1.ListOptions) (Page[T], error) {
	list, err := c.resource.List(ctx, namespace, opts)
	if err != nil {
		return Page[T]{}, err
	}
	head, err := meta.ListAccessor(list)
	if err != nil {
		return Page[T]{}, fmt.Errorf("list of %s: %w", c.info.GVR, err)
	}
	page := Page[T]{Continue: head.GetContinue(), ResourceVersion: head.GetResourceVersion()}
	err = meta.EachListItem(list, func(item runtime.Object) error {
		page.Items = appendTyped(page.Items, item)
		return nil
	})
	return page, err
}

// livePage is how many objects AllLive asks for at a time, unless it is told.
const livePage = 500

// AllLive returns the objects that the API server has now, a page at a time: of opts,
// Limit says how many at once, 500 if it says nothing. An error is the last thing that
// it yields. A list that takes longer than the server remembers its version ends with an
// error that apierrors.IsResourceExpired knows.
func AllLive[T controllers.Object](
	ctx context.Context, c LiveReader[T], namespace string, opts metav1.ListOptions,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rest := opts
		if rest.Limit == 0 {
			rest.Limit = livePage
		}
		for {
			page, err := c.ListLive(ctx, namespace, rest)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Continue == "" {
				return
			}
			// The server refuses a version beside the place where to go on.
			rest.Continue, rest.ResourceVersion, rest.ResourceVersionMatch = page.Continue, "", ""
		}
	}
}
