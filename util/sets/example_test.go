// SPDX-License-Identifier: Apache-2.0

package sets_test

import (
	"fmt"

	"github.com/krtkit/krtkit/util/sets"
)

func Example() {
	wanted := sets.New("a", "b", "c")
	have := sets.New("b", "d")

	create, remove := wanted.Diff(have)
	fmt.Println(sets.New(create...), sets.New(remove...))
	// Output: {a, c} {d}
}

func ExampleSortedList() {
	fmt.Println(sets.SortedList(sets.New("web", "api", "db")))
	// Output: [api db web]
}

func ExampleInsertOrNew() {
	podsByNode := map[string]sets.String{}
	sets.InsertOrNew(podsByNode, "node-1", "web-1")
	sets.InsertOrNew(podsByNode, "node-1", "web-2")
	sets.DeleteCleanupLast(podsByNode, "node-1", "web-1")
	fmt.Println(podsByNode)
	// Output: map[node-1:{web-2}]
}
