// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/krtkit/krtkit/krt"
)

// Dependencies makes a collection whose inputs each ask their own questions of
// another one, changes what is asked, and what is asked for, as the bytes say, and after
// each change compares the inputs that were transformed again with a plain scan of all
// questions:
//
//   - every input must have been, that has changed itself or for which the answer to a
//     question is another one than before;
//   - no other input may have been, none of whose questions is about anything that
//     changed: an object that it asks for neither as it was nor as it is, or of which
//     the part that it asked for is the same.
//
// It is for a fuzzer to find the bytes; any will do.
func Dependencies(t *testing.T, data []byte) {
	t.Helper()
	w := newWorld(t)
	defer w.end()
	d := &tape{data}
	asked := w.addStatic(d, nil)

	a := &asking{asked: asked.node, questions: map[string][]question{}, ran: map[string]bool{}}
	asked.node.c.RegisterBatch(a.note, false)
	var inputs []thing
	for i := range 1 + d.IntN(20) {
		inputs = append(inputs, a.input(fmt.Sprint("in-", i), d))
	}
	in := krt.NewStaticCollection(nil, inputs, w.options("inputs")...)
	c := krt.NewCollection(in, a.transform, w.options("asking")...)
	settle(t, c)

	for !d.ended() {
		before := maps.Clone(asked.content)
		a.begin()
		switch name := fmt.Sprint("in-", d.IntN(20)); d.IntN(8) {
		case 0: // it asks something else from now on, be it there before or not
			in.UpdateObject(a.input(name, d))
		case 1:
			a.remove(name)
			in.DeleteObject(name)
		default:
			asked.change(d)
		}
		settle(t, c)
		if wrong := a.compare(before, asked.content); len(wrong) > 0 {
			t.Fatalf("%s\nbefore: %v\nafter: %v", strings.Join(wrong, "\n"), before, asked.content)
		}
	}
}

func settle(t *testing.T, c krt.Collection[thing]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := krt.WaitIdle(ctx, c); err != nil {
		t.Fatal(err)
	}
}

// asking is a collection whose inputs ask questions.
type asking struct {
	asked *node

	mu        sync.Mutex
	questions map[string][]question // by input
	changed   string                // the input that changed since begin, or ""
	ran       map[string]bool       // inputs that were transformed since begin
	changes   []krt.Event[thing]    // of what is asked, since begin
}

// input returns an input with the name, and gives it new questions.
func (a *asking) input(name string, d dice) thing {
	a.mu.Lock()
	defer a.mu.Unlock()
	var qs []question
	for range d.IntN(4) {
		qs = append(qs, drawQuestion(d, a.asked.id))
	}
	a.questions[name], a.changed = qs, name
	return thing{Name: name, Value: mix(qs)}
}

// remove takes an input away.
func (a *asking) remove(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.questions, name)
}

func (a *asking) transform(ctx krt.HandlerContext, in thing) *thing {
	a.mu.Lock()
	a.ran[in.Name] = true
	qs := a.questions[in.Name]
	a.mu.Unlock()
	for _, q := range qs {
		in.Value = mix(in.Value, byName(q.ask(ctx, a.asked)))
	}
	return &in
}

// note is a handler of what is asked.
func (a *asking) note(events []krt.Event[thing]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes = append(a.changes, events...)
}

func (a *asking) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.ran)
	a.changes, a.changed = nil, ""
}

// compare compares the inputs that ran with those that had to, and those that might,
// and returns what is wrong.
func (a *asking) compare(before, after map[string]thing) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var wrong []string
	for input, qs := range a.questions {
		must, may := input == a.changed, input == a.changed
		for _, q := range qs {
			must = must || !sameThings(q.answer(a.asked, before), q.answer(a.asked, after))
			may = may || slices.ContainsFunc(a.changes, func(e krt.Event[thing]) bool { return q.concerned(a.asked, e) })
		}
		switch {
		case must && !a.ran[input]:
			wrong = append(wrong, fmt.Sprintf("%s was not transformed again, though it or an answer is another one: %+v", input, qs))
		case !may && a.ran[input]:
			wrong = append(wrong, fmt.Sprintf("%s was transformed again, though nothing changed that it asks for: %+v", input, qs))
		}
	}
	for input := range a.ran {
		if _, there := a.questions[input]; !there {
			wrong = append(wrong, input+" was transformed, though it is not there")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// concerned reports whether a change is about anything that the question asks for.
func (q question) concerned(n *node, e krt.Event[thing]) bool {
	if len(q.index) > 1 {
		// Each key is asked for by itself, so an object that moves among them counts.
		return slices.ContainsFunc(q.index, func(key string) bool {
			one := q
			one.index = []string{key}
			return one.concerned(n, e)
		})
	}
	before := e.Old != nil && q.admits(n, *e.Old)
	after := e.New != nil && q.admits(n, *e.New)
	if before && after && (q.how == partially || q.how == existing) {
		return !krt.Equal(q.seen(*e.Old), q.seen(*e.New))
	}
	return before || after
}
