// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/krtkit/krtkit/krt"
)

func main() { run(context.Background(), nil) }

func run(ctx context.Context, in krt.Collection[string]) {
	krt.NewCollection(in, func(krt.HandlerContext, string) *int { return nil }) // as long as the program
	in.Register(func(krt.Event[string]) {
		krt.NewStatic[string](nil, true) // want `although ctx is at hand: pass WithContext\(ctx\)`
	})
}
