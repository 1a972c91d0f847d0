// SPDX-License-Identifier: Apache-2.0

package assert_test

import (
	"fmt"
	"strings"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

func ExampleTracker() {
	err := test.Wrap(func(t test.Failer) { // a *testing.T in tests
		tracker := assert.NewTracker[string](t)
		go func() { // what is tested
			for _, event := range []string{"add/web", "update/web", "delete/web"} {
				tracker.Record(event)
			}
		}()
		tracker.WaitOrdered("add/web", "update/web", "delete/web")
		fmt.Println("as expected")

		tracker.Record("add/db")
		tracker.WaitOrdered("delete/db")
	})
	fmt.Println(err)
	// Output:
	// as expected
	// got event add/db, want delete/db (number 1 of [delete/db]); events after it: []
}

func ExampleCompare() {
	type service struct {
		Name  string
		Ports []int
	}
	fmt.Println(assert.Compare(service{"web", nil}, service{"web", []int{}}))
	err := assert.Compare(service{"web", nil}, service{"db", nil})
	fmt.Println(strings.SplitN(err.Error(), "\n", 2)[0])
	// Output:
	// <nil>
	// values are different (-first +second):
}
