// SPDX-License-Identifier: Apache-2.0

package cmd_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/krtkit/krtkit/cmd"
)

func ExampleWaitSignalFunc() {
	ctx, cancel := context.WithCancelCause(context.Background())
	// go cmd.WaitSignalFunc(cancel) does this when kubelet ends the pod:
	cancel(&cmd.SignalError{Signal: syscall.SIGTERM})

	<-ctx.Done()
	received := (*cmd.SignalError)(nil)
	fmt.Println(context.Cause(ctx), errors.As(context.Cause(ctx), &received))
	// Output: received signal: terminated true
}
