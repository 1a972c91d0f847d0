// SPDX-License-Identifier: Apache-2.0

package fold

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/krtkit/krtkit/krt"
)

// Log is what the events of one handler add up to. The zero value is that of a
// handler which was told nothing yet.
type Log[T any] struct {
	content map[string]T
	ahead   map[string][]*T // by key: what the collection showed before it was told; nil for nothing
	partial bool
}

// Partial says that the handler was not told of what existed when it came: the
// first event of a key may be an update or a deletion. It is called before the
// first event is taken.
func (l *Log[T]) Partial() { l.partial = true }

// Take adds an event. The error says why it cannot follow what came before; the
// event is taken all the same.
func (l *Log[T]) Take(e krt.Event[T]) error {
	if err := shape(e); err != nil {
		return err
	}
	key := Key(e.Latest())
	had, known := l.content[key]
	var err error
	switch {
	case e.Event == krt.EventAdd && known:
		err = fmt.Errorf("%s: it is there already: %+v", Name(e), had)
	case e.Event == krt.EventAdd:
	case !known && l.partial && !l.seen(key):
	case !known:
		err = fmt.Errorf("%s: it is not there", Name(e))
	case !krt.Equal(*e.Old, had):
		err = fmt.Errorf("%s: the old object is %+v, and not %+v, which was told last", Name(e), *e.Old, had)
	}
	if l.content == nil {
		l.content = map[string]T{}
		l.ahead = map[string][]*T{}
	}
	if e.New != nil {
		l.content[key] = *e.New
	} else {
		delete(l.content, key)
	}
	l.ahead[key] = slices.DeleteFunc(l.ahead[key], func(shown *T) bool { return same(shown, e.New) })
	return err
}

// seen reports whether an event of the key was taken before.
func (l *Log[T]) seen(key string) bool {
	_, ok := l.ahead[key]
	return ok
}

// Showed notes what the collection holds for the key of an event, nil for
// nothing, while the handler is told of the event. That is what the event says, or
// what a later one will; see [Log.Ahead].
func (l *Log[T]) Showed(e krt.Event[T], shown *T) {
	if !same(shown, e.New) {
		key := Key(e.Latest())
		l.ahead[key] = append(l.ahead[key], shown)
	}
}

// Ahead returns an error if the collection showed something that no event told
// of afterwards. When everything has been told, that means that an event came
// before the collection showed it, or that a change was not told.
func (l *Log[T]) Ahead() error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(l.ahead)) {
		for _, shown := range l.ahead[key] {
			was := "nothing"
			if shown != nil {
				was = fmt.Sprintf("%+v", *shown)
			}
			errs = append(errs, fmt.Errorf("%s: a handler found %s in the collection, which is neither what it was told nor what it was told later", key, was))
		}
	}
	return errors.Join(errs...)
}

// Get returns the object that the events add up to for a key, and whether there is
// one.
func (l *Log[T]) Get(key string) (T, bool) {
	o, ok := l.content[key]
	return o, ok
}

// Content returns what the events add up to, by key. The map is the caller's.
func (l *Log[T]) Content() map[string]T {
	if l.content == nil {
		return map[string]T{}
	}
	return maps.Clone(l.content)
}

// shape checks what can be said of an event by itself.
func shape[T any](e krt.Event[T]) error {
	if e.Old == nil && e.New == nil {
		return fmt.Errorf("%v event with neither old nor new object", e.Event)
	}
	wantOld, wantNew := e.Event != krt.EventAdd, e.Event != krt.EventDelete
	if (e.Old != nil) != wantOld || (e.New != nil) != wantNew {
		return fmt.Errorf("%s: old object is %s, new object is %s", Name(e), given(e.Old), given(e.New))
	}
	if e.Old != nil && e.New != nil && Key(*e.Old) != Key(*e.New) {
		return fmt.Errorf("%s: the key of the old object is %q", Name(e), Key(*e.Old))
	}
	return nil
}

func given[T any](o *T) string {
	if o == nil {
		return "missing"
	}
	return "given"
}

func same[T any](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return krt.Equal(*a, *b)
}

// Name returns an event in short: "add/default/web", "update/default/web",
// "delete/default/web" for an object with the key default/web.
func Name[T any](e krt.Event[T]) string {
	return e.Event.String() + "/" + Key(e.Latest())
}

// Keyless is the key of objects of types that have none, which only a singleton
// can hold.
const Keyless = "static"

// Key returns the key of an object, and [Keyless] if its type has none.
func Key[T any](o T) (key string) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case string:
			if !strings.HasPrefix(p, "Cannot get Key") {
				panic(p)
			}
			key = Keyless
		default:
			panic(p)
		}
	}()
	return krt.GetKey(o)
}
