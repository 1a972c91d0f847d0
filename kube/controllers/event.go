// SPDX-License-Identifier: Apache-2.0

package controllers

import "github.com/krtkit/krtkit/krt"

// EventType says what happened to an object.
type EventType = krt.EventType

// The kinds of change that a handler is told about.
const (
	EventAdd    = krt.EventAdd
	EventUpdate = krt.EventUpdate
	EventDelete = krt.EventDelete
)

// Event is one change to one object: Old is set for updates and deletions, New
// for additions and updates.
type Event struct {
	Old   Object
	New   Object
	Event EventType
}

// Latest returns New where there is one, else Old.
func (e Event) Latest() Object {
	if e.New != nil {
		return e.New
	}
	return e.Old
}
