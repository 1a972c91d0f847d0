// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/controllers"
)

// AddFinalizer makes sure that the object has the finalizer, with one patch of nothing
// else, and returns the object as it is then: object itself if it has the finalizer. An
// object that is being deleted cannot get it; the error is the server's.
//
// Finalizers that others add or remove at the same time stay as these left them: the
// patch is of one version, and is made again of the current one, read from the server,
// if object was an older one. If the object is gone, also if another one has its name by
// now, the error is a NotFound.
func AddFinalizer[T controllers.Object](
	ctx context.Context, c DirectClient[T], object T, finalizer string, opts ...WriteOption,
) (T, error) {
	return changeFinalizers(ctx, c, object, opts, func(has []string) []string {
		if slices.Contains(has, finalizer) {
			return has
		}
		return append(slices.Clone(has), finalizer)
	})
}

// RemoveFinalizer makes sure that the object does not have the finalizer, as
// [AddFinalizer] does, and returns the object as it is then. It is no error if the object
// is gone; then it returns what it last knew of it.
func RemoveFinalizer[T controllers.Object](
	ctx context.Context, c DirectClient[T], object T, finalizer string, opts ...WriteOption,
) (T, error) {
	answer, err := changeFinalizers(ctx, c, object, opts, func(has []string) []string {
		return slices.DeleteFunc(slices.Clone(has), func(f string) bool { return f == finalizer })
	})
	if apierrors.IsNotFound(err) {
		return object, nil
	}
	return answer, err
}

func changeFinalizers[T controllers.Object](
	ctx context.Context, c DirectClient[T], object T, opts []WriteOption, change func([]string) []string,
) (T, error) {
	var none T
	var err error
	uid, current := object.GetUID(), object
	for attempt := range attempts {
		if attempt > 0 || object.GetResourceVersion() == "" {
			if current, err = c.GetLive(ctx, object.GetName(), object.GetNamespace()); err != nil {
				return none, err
			}
			if uid != "" && current.GetUID() != uid {
				gone := apierrors.NewNotFound(schema.GroupResource{}, object.GetName())
				return none, fmt.Errorf("the object with the UID %s: %w", uid, gone)
			}
		}
		wanted := change(current.GetFinalizers())
		if slices.Equal(wanted, current.GetFinalizers()) {
			return current, nil
		}
		var changed, answer T
		if changed, err = copyOf(current); err != nil {
			return none, err
		}
		changed.SetFinalizers(wanted)
		conditions := []WriteOption{IfUID(uid), IfResourceVersion(current.GetResourceVersion())}
		answer, err = PatchChanges(ctx, c, current, changed, slices.Concat(opts, conditions)...)
		if !apierrors.IsConflict(err) {
			return answer, err
		}
	}
	return none, fmt.Errorf("finalizers of %s/%s: %d attempts: %w", object.GetNamespace(), object.GetName(), attempts, err)
}
