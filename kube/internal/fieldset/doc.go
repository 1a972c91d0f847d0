// SPDX-License-Identifier: Apache-2.0

// Package fieldset holds sets of fields of Kubernetes objects, and cuts objects down to
// them or takes them out: objects in memory, and objects that are still JSON or protobuf,
// so that what nobody wants is never decoded.
//
//	set, err := fieldset.Parse("metadata.labels", "spec.containers.image")
//	...
//	small, err := set.Form(reflect.TypeFor[*corev1.Pod]()) // says which path is wrong
//	data, err = small.JSON(nil, data)
//
// # Guarantees
//
// What is in a set is what its paths say, whichever way it is applied: an object that is
// cut and then decoded is the object that is decoded and then cut. A set does not change
// once it is made and may be used from any goroutine.
//
// Bytes that are not what they should be are an error where they are read, or are left
// for the decoder to judge; they never cause a panic.
package fieldset
