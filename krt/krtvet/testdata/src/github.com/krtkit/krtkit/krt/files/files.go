// SPDX-License-Identifier: Apache-2.0

// Package files has the signatures of the real one that the checks know.
package files

import "github.com/krtkit/krtkit/krt"

type FolderWatch[T any] struct{}

type FileCollection[T any] struct{ krt.StaticCollection[T] }

func NewFileCollection[F, O any](w *FolderWatch[F], transform func(F) *O, opts ...krt.CollectionOption) FileCollection[O] {
	return FileCollection[O]{}
}
