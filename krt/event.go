// SPDX-License-Identifier: Apache-2.0

package krt

// EventType says what happened to an object.
type EventType int

// The kinds of change that a handler is told about.
const (
	EventAdd EventType = iota
	EventUpdate
	EventDelete
)

// String returns "add", "update" or "delete", and "unknown" for any other value.
func (e EventType) String() string {
	switch e {
	case EventAdd:
		return "add"
	case EventUpdate:
		return "update"
	case EventDelete:
		return "delete"
	default:
		return "unknown"
	}
}

// Event is one change to one object of a collection. Old is set for updates and
// deletes, New for additions and updates; on an update both have the same key.
//
// The objects are shared with the collection and with other handlers: they must
// not be changed through these pointers.
type Event[T any] struct {
	Old   *T
	New   *T
	Event EventType
}

// Items returns the objects of the event, the old one first.
func (e Event[T]) Items() []T {
	items := make([]T, 0, 2)
	if e.Old != nil {
		items = append(items, *e.Old)
	}
	if e.New != nil {
		items = append(items, *e.New)
	}
	return items
}

// Latest returns the newest state that the event carries: New where there is
// one, else Old. It panics on an event that has neither; no collection sends one.
func (e Event[T]) Latest() T {
	if e.New != nil {
		return *e.New
	}
	return *e.Old
}
