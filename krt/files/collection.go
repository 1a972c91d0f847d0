// SPDX-License-Identifier: Apache-2.0

package files

import (
	"fmt"
	"reflect"

	"github.com/krtkit/krtkit/krt"
)

// FileCollection is a collection of what a folder contains. Copies are the same
// collection. Only its folder should change it. See [NewFileCollection].
type FileCollection[T any] struct {
	krt.StaticCollection[T]
}

// NewFileCollection returns a collection of what transform makes of each item of the
// folder; nil is left out. Of objects with the same key the last one counts, in the order
// of the files' paths. The collection is synced from the start, and follows the folder
// until either is stopped; then it stays as it is. What changes together is one
// commit, and an object that is equal to the one before is no change.
//
// Transform is called for every item when a file has changed, one call at a time. It
// must be pure.
func NewFileCollection[F, O any](w *FolderWatch[F], transform func(F) *O, opts ...krt.CollectionOption) FileCollection[O] {
	name := krt.WithName(fmt.Sprintf("Files[%v](%s)", reflect.TypeFor[O](), w.dir))
	opts = append([]krt.CollectionOption{name}, opts...)
	items, changed := w.current()
	c := krt.NewStaticCollection(nil, transformed(items, transform), opts...)
	go follow(w, c, transform, changed, krt.GetStop(opts...))
	return FileCollection[O]{c}
}

// follow keeps the collection equal to the folder, from what was current before
// changed closes.
func follow[F, O any](
	w *FolderWatch[F], c krt.StaticCollection[O], transform func(F) *O, changed <-chan struct{}, stop <-chan struct{},
) {
	for {
		select {
		case <-stop:
			return
		case <-w.done:
			return
		case <-changed:
			var items []F
			items, changed = w.current()
			c.Reset(transformed(items, transform))
		}
	}
}

func transformed[F, O any](items []F, transform func(F) *O) []O {
	out := make([]O, 0, len(items))
	for _, item := range items {
		if o := transform(item); o != nil {
			out = append(out, *o)
		}
	}
	return out
}
