// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"fmt"

	"github.com/krtkit/krtkit/kube/controllers"
)

// Index finds objects by keys that are taken from them.
type Index[K any, O controllers.ComparableObject] interface {
	// Lookup returns the objects under the key that pass the client's filter now,
	// ordered by namespace and name; nil if there are none.
	Lookup(k K) []O
}

// CreateStringIndex makes an index of a client's objects by the strings that extract
// returns for them, and keeps it current. It may be made before or after the client
// starts; the name only describes it.
func CreateStringIndex[O controllers.ComparableObject](
	client Informer[O], name string, extract func(o O) []string,
) Index[string, O] {
	return index[string, O]{
		raw:    client.Index(name, extract),
		format: func(k string) string { return k },
	}
}

// CreateIndex is [CreateStringIndex] for keys of another type. Keys are the same if
// their strings are.
func CreateIndex[K fmt.Stringer, O controllers.ComparableObject](
	client Informer[O], name string, extract func(o O) []K,
) Index[K, O] {
	raw := client.Index(name, func(o O) []string {
		keys := extract(o)
		formatted := make([]string, len(keys))
		for i, k := range keys {
			formatted[i] = k.String()
		}
		return formatted
	})
	return index[K, O]{raw: raw, format: K.String}
}

type index[K any, O controllers.ComparableObject] struct {
	raw    RawIndexer
	format func(K) string
}

func (i index[K, O]) Lookup(k K) []O {
	return allTyped[O](i.raw.Lookup(i.format(k)))
}
