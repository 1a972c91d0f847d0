// SPDX-License-Identifier: Apache-2.0

package files

import (
	"context"
	"time"
)

// stopContext is a context that ends when a channel closes.
type stopContext struct{ stop <-chan struct{} }

// Deadline implements [context.Context].
func (stopContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements [context.Context].
func (c stopContext) Done() <-chan struct{} { return c.stop }

// Err implements [context.Context].
func (c stopContext) Err() error {
	select {
	case <-c.stop:
		return context.Canceled
	default:
		return nil
	}
}

// Value implements [context.Context].
func (stopContext) Value(any) any { return nil }
