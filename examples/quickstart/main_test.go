// SPDX-License-Identifier: Apache-2.0

package main

func Example() {
	main()
	// Output:
	// at first: {web 0}
	// with web-0: {web 1}
	// with web-1: {web 2}
}
