// SPDX-License-Identifier: Apache-2.0

// Command program prints what the linker told it.
package main

import (
	"fmt"

	"github.com/krtkit/krtkit/version"
)

func main() {
	fmt.Printf("%+v %+v\n", version.Info, version.DockerInfo)
}
