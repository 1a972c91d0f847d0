// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/krtkit/krtkit/kube/controllers"
)

// attempts is how often a read and a write that belong together are started again when
// another writer was faster.
const attempts = 5

// CreateOrUpdate creates the object or, if there is one of its name, replaces that.
// An object that names a resource version replaces exactly this version, or the
// error is a conflict. Otherwise the current version is replaced, whatever it is,
// and a conflict with another writer is tried again. It returns the server's answer
// and leaves object alone. Fields of the current version that object does not have are
// lost; to change some and keep the others, apply them (ApplyCtx).
//
// To name the current version it reads it from the server, which a [LiveReader] can.
// Any other [Writer] is told to update object as it is; the server refuses that for
// custom resources.
func CreateOrUpdate[T controllers.Object](c Writer[T], object T) (T, error) {
	get := func(string, string) (T, error) { return object, nil }
	if live, ok := c.(LiveReader[T]); ok {
		get = func(name, namespace string) (T, error) { return live.GetLive(context.Background(), name, namespace) }
	}
	return createOrUpdate(object, get, c.Create, c.Update)
}

// CreateOrUpdateCtx is [CreateOrUpdate] with a context and options, which must be ones
// that both CreateCtx and UpdateCtx take.
func CreateOrUpdateCtx[T controllers.Object](
	ctx context.Context, c DirectClient[T], object T, opts ...WriteOption,
) (T, error) {
	return createOrUpdate(object,
		func(name, namespace string) (T, error) { return c.GetLive(ctx, name, namespace) },
		func(o T) (T, error) { return c.CreateCtx(ctx, o, opts...) },
		func(o T) (T, error) { return c.UpdateCtx(ctx, o, opts...) })
}

func createOrUpdate[T controllers.Object](
	object T, get func(name, namespace string) (T, error), create, update func(T) (T, error),
) (T, error) {
	created, err := copyOf(object)
	if err != nil {
		return created, err
	}
	created.SetResourceVersion("") // the server refuses to create a version
	var answer T
	for range attempts {
		answer, err = create(created)
		if !apierrors.IsAlreadyExists(err) || object.GetName() == "" {
			return answer, err
		}
		if object.GetResourceVersion() != "" {
			return update(object)
		}
		var current T
		if current, err = get(object.GetName(), object.GetNamespace()); err == nil {
			var replacement T
			if replacement, err = copyOf(object); err != nil {
				return answer, err
			}
			replacement.SetResourceVersion(current.GetResourceVersion())
			answer, err = update(replacement)
		}
		// NotFound says that the object was deleted since it was found.
		if !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			return answer, err
		}
	}
	return answer, err
}
