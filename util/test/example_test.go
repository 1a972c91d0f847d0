// SPDX-License-Identifier: Apache-2.0

package test_test

import (
	"fmt"
	"strconv"

	"github.com/krtkit/krtkit/util/test"
)

// mustBePositive is a helper of tests.
func mustBePositive(t test.Failer, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		t.Fatalf("%q is no positive number", s)
	}
	return n
}

// Wrap tests helpers of tests.
func ExampleWrap() {
	err := test.Wrap(func(t test.Failer) {
		fmt.Println(mustBePositive(t, "7"))
		mustBePositive(t, "-7")
	})
	fmt.Println("error:", err)
	// Output:
	// 7
	// error: "-7" is no positive number
}

var retries = 3

func ExampleSetForTest() {
	err := test.Wrap(func(t test.Failer) {
		test.SetForTest(t, &retries, 10)
		fmt.Println("in the test:", retries)
	})
	fmt.Println("after it:", retries, err)
	// Output:
	// in the test: 10
	// after it: 3 <nil>
}
