// SPDX-License-Identifier: Apache-2.0

// Package fold puts the events of a collection together again, and checks that
// they are what a handler is owed.
//
// A handler that begins with the existing state and hears of every change can
// say at any time what the collection holds. So a [Log] that takes all events
// ends with the content of the collection, and each event fits what came before:
// an addition is of something new, an update and a deletion carry as the old
// object exactly what was told last. Where that is not so, an event was lost,
// doubled, or told in the wrong order.
//
//	var log fold.Log[Pod]
//	c.Register(func(e krt.Event[Pod]) {
//		if err := log.Take(e); err != nil { … }
//	})
//
// A Log is not safe for concurrent use.
package fold
