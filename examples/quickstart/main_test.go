// SPDX-License-Identifier: Apache-2.0

package main

func Example() {
	main()
	// Output:
	// {web 0 pods}
	// {web 1 pods}
}
