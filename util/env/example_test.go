// SPDX-License-Identifier: Apache-2.0

package env_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/krtkit/krtkit/util/env"
)

func ExampleRegister() {
	resync := env.Register("EXAMPLE_RESYNC", 10*time.Hour, "How often everything is looked at again.")
	fmt.Println(resync.Get())
	_ = os.Setenv("EXAMPLE_RESYNC", "30m")
	fmt.Println(resync.Get())
	// Output:
	// 10h0m0s
	// 30m0s
}

func ExampleGenericVar_Read() {
	workers := env.Register("EXAMPLE_WORKERS", 4, "How many objects are reconciled at once.",
		env.WithCheck(func(n int) error {
			if n < 1 {
				return errors.New("it must be at least 1")
			}
			return nil
		}))
	_ = os.Setenv("EXAMPLE_WORKERS", "0")
	fmt.Println(workers.Read())
	// Output: 4 true environment variable EXAMPLE_WORKERS="0": it must be at least 1
}

func ExampleSnapshot() {
	env.Register("EXAMPLE_TOKEN", "", "Token for the registry.", env.WithSecret())
	_ = os.Setenv("EXAMPLE_TOKEN", "hunter2")
	for _, s := range env.Snapshot() {
		if s.Name == "EXAMPLE_TOKEN" {
			fmt.Println(s.Name, s.Value, s.Overridden)
		}
	}
	// Output: EXAMPLE_TOKEN <redacted> true
}
