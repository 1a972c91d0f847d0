// SPDX-License-Identifier: Apache-2.0

package krttest

import "github.com/krtkit/krtkit/krt"

// Context is a context for calling a transformation directly. Fetch reads what the
// collections hold at that moment, without waiting for them and without
// dependencies. Unlike a [krt.TestingDummyContext] it lets a transformation discard
// its result, and says afterwards that it did:
//
//	var ctx krttest.Context
//	got := transform(&ctx, pod)
//	if ctx.Discarded() { … }
//
// The zero value is ready for one call.
type Context struct {
	krt.TestingDummyContext
	discarded bool
}

// DiscardResult implements [krt.HandlerContext].
func (c *Context) DiscardResult() { c.discarded = true }

// Discarded reports whether the transformation discarded its result.
func (c *Context) Discarded() bool { return c.discarded }
