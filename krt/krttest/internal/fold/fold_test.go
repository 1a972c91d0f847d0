// SPDX-License-Identifier: Apache-2.0

package fold_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest/internal/fold"
)

// object has its key and its version, as in "a1".
type object string

func (o object) ResourceName() string { return string(o[:1]) }

func add(o object) krt.Event[object] { return krt.Event[object]{New: &o, Event: krt.EventAdd} }

func update(o, n object) krt.Event[object] {
	return krt.Event[object]{Old: &o, New: &n, Event: krt.EventUpdate}
}

func remove(o object) krt.Event[object] { return krt.Event[object]{Old: &o, Event: krt.EventDelete} }

func TestLog_takesWhatFollows(t *testing.T) {
	broken := update("a1", "a2")
	broken.Old = nil
	for name, tt := range map[string]struct {
		partial bool
		events  []krt.Event[object]
		want    map[string]object
		err     string // of the last event
	}{
		"nothing":                  {want: map[string]object{}},
		"a life":                   {events: []krt.Event[object]{add("a1"), update("a1", "a2"), remove("a2"), add("a3"), add("b1")}, want: map[string]object{"a": "a3", "b": "b1"}},
		"addition of what is":      {events: []krt.Event[object]{add("a1"), add("a2")}, err: "add/a: it is there already: a1", want: map[string]object{"a": "a2"}},
		"update of what is not":    {events: []krt.Event[object]{update("a1", "a2")}, err: "update/a: it is not there", want: map[string]object{"a": "a2"}},
		"deletion of what is not":  {events: []krt.Event[object]{add("a1"), remove("a1"), remove("a1")}, err: "delete/a: it is not there", want: map[string]object{}},
		"update of something else": {events: []krt.Event[object]{add("a1"), update("a2", "a3")}, err: "the old object is a2, and not a1, which was told last", want: map[string]object{"a": "a3"}},
		"another key":              {events: []krt.Event[object]{add("a1"), update("a1", "b1")}, err: `the key of the old object is "a"`, want: map[string]object{"a": "a1"}},
		"an object missing":        {events: []krt.Event[object]{add("a1"), broken}, err: "update/a: old object is missing, new object is given", want: map[string]object{"a": "a1"}},
		"no object":                {events: []krt.Event[object]{{Event: krt.EventAdd}}, err: "neither old nor new", want: map[string]object{}},
		"partial":                  {partial: true, events: []krt.Event[object]{update("a1", "a2"), remove("b1"), add("b2")}, want: map[string]object{"a": "a2", "b": "b2"}},
		"partial, then gone":       {partial: true, events: []krt.Event[object]{remove("a1"), update("a1", "a2")}, err: "it is not there", want: map[string]object{"a": "a2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var l fold.Log[object]
			if tt.partial {
				l.Partial()
			}
			for i, e := range tt.events {
				err := l.Take(e)
				switch last := i == len(tt.events)-1; {
				case err != nil && (!last || tt.err == "" || !strings.Contains(err.Error(), tt.err)):
					t.Errorf("event %d: %v, want %q at the end", i, err, tt.err)
				case err == nil && last && tt.err != "":
					t.Errorf("the last event was taken, want %q", tt.err)
				}
			}
			if diff := cmp.Diff(tt.want, l.Content()); diff != "" {
				t.Errorf("content mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLog_remembersWhatWasShownAhead(t *testing.T) {
	var l fold.Log[object]
	take := func(e krt.Event[object], shown ...object) {
		t.Helper()
		if err := l.Take(e); err != nil {
			t.Error(err)
		}
		if len(shown) == 0 {
			l.Showed(e, nil)
		} else {
			l.Showed(e, &shown[0])
		}
	}
	take(add("a1"), "a1")
	if err := l.Ahead(); err != nil {
		t.Errorf("the collection showed what was told: %v", err)
	}
	take(update("a1", "a2"), "a3")
	if err := l.Ahead(); err == nil || !strings.Contains(err.Error(), "a: a handler found a3") {
		t.Errorf("error %v, want that a3 was not told", err)
	}
	take(update("a2", "a3")) // which has gone by then
	if err := l.Ahead(); err == nil || !strings.Contains(err.Error(), "found nothing") {
		t.Errorf("error %v, want that the end of it was not told", err)
	}
	take(remove("a3"))
	if err := l.Ahead(); err != nil {
		t.Errorf("everything was told: %v", err)
	}
	take(add("a4")) // which the collection does not show
	if err := l.Ahead(); err == nil {
		t.Error("an event that the collection never showed was not found")
	}
}

func TestKey_ofTypesWithoutOne(t *testing.T) {
	if got := fold.Key(7); got != fold.Keyless {
		t.Errorf("Key(7) = %q", got)
	}
	if got := fold.Key(object("a1")); got != "a" {
		t.Errorf("Key(a1) = %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a panic of the object's own was taken for the lack of a key")
		}
	}()
	fold.Key(object(""))
}
