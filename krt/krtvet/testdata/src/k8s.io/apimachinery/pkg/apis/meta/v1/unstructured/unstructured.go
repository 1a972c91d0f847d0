// SPDX-License-Identifier: Apache-2.0

// Package unstructured has functions of the real one that change their arguments.
package unstructured

type Unstructured struct{ Object map[string]interface{} }

func (u *Unstructured) GetLabels() map[string]string       { return nil }
func (u *Unstructured) SetLabels(labels map[string]string) {}

func SetNestedField(obj map[string]interface{}, value interface{}, fields ...string) error {
	return nil
}

func RemoveNestedField(obj map[string]interface{}, fields ...string) {}
