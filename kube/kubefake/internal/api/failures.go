// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

func conflict(gr schema.GroupResource, name string) error {
	return apierrors.NewConflict(gr, name,
		errors.New("the object has been modified; please apply your changes to the latest version and try again"))
}

// otherUID says that an update is of an object that was there before, or never.
func otherUID(gr schema.GroupResource, name string, want, have types.UID) error {
	return apierrors.NewConflict(gr, name,
		fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v", want, have)) //nolint:staticcheck // the real server's words
}

// missingUID says that what an apply with a UID is to change is not there.
func missingUID(gr schema.GroupResource, name string, want types.UID) error {
	return apierrors.NewConflict(gr, name,
		fmt.Errorf("uid mismatch: the provided object specified uid %s, and no existing object was found", want))
}

// deletePreconditionFailed names the kind where other conflicts name the resource, as on the real server.
func deletePreconditionFailed(info *resource.Info, name, what, want, have, cause string) error {
	return apierrors.NewConflict(schema.GroupResource{Group: info.Kind.GVK.Group, Resource: info.Kind.GVK.Kind}, name,
		fmt.Errorf("the %s in the precondition (%s) does not match the %s in record (%s). The object might have been %s", what, want, what, have, cause))
}

func namespaceEnding(gr schema.GroupResource, name, namespace string) error {
	err := apierrors.NewForbidden(gr, name,
		fmt.Errorf("unable to create new content in namespace %s because it is being terminated", namespace))
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes, metav1.StatusCause{
		Type:    corev1.NamespaceTerminatingCause,
		Message: fmt.Sprintf("namespace %s is being terminated", namespace),
		Field:   "metadata.namespace",
	})
	return err
}

func tooOld(version, since uint64) error {
	return apierrors.NewResourceExpired(fmt.Sprintf("too old resource version: %d (%d)", version, since))
}

func tooLarge(version, now uint64) error {
	err := apierrors.NewTimeoutError(fmt.Sprintf("Too large resource version: %d, current: %d", version, now), 1)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version",
	}}
	return err
}

// parseVersion reads a resourceVersion parameter; "" is 0.
func parseVersion(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	version, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, apierrors.NewBadRequest(fmt.Sprintf("resourceVersion: Invalid value: %q: %v", text, err))
	}
	return version, nil
}

// invalidOptions says what is wrong with a parameter of the request.
func invalidOptions(kind string, problem *field.Error) error {
	return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: kind}, "", field.ErrorList{problem})
}
