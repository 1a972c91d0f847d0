// SPDX-License-Identifier: Apache-2.0

// Package controllerutil has functions of the real one that change their arguments.
package controllerutil

func AddFinalizer(o any, finalizer string) bool          { return false }
func SetControllerReference(owner, controlled any) error { return nil }
