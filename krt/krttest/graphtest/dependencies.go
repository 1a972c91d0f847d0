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
// another one, changes that as the bytes say, and after each change compares the
// inputs that were transformed again with a plain scan of all questions:
//
//   - every input must have been, for which the answer to a question is another one
//     than before;
//   - no input may have been, none of whose questions is about anything that changed:
//     an object that it asks for neither as it was nor as it is, or of which the part
//     that it asked for is the same.
//
// It is for a fuzzer to find the bytes; any will do.
func Dependencies(t *testing.T, data []byte) {
	t.Helper()
	w := newWorld(t)
	defer w.end()
	d := &tape{data}
	asked := w.addStatic(d, nil)

	a := &asking{w: w, asked: asked.node, ran: map[string]bool{}}
	var inputs []thing
	for i := range 1 + d.IntN(20) {
		name := fmt.Sprint("in-", i)
		for range d.IntN(4) {
			a.questions = append(a.questions, asks{name, drawQuestion(d, asked.node.id)})
		}
		inputs = append(inputs, thing{Name: name})
	}
	asked.node.c.RegisterBatch(a.note, false)
	in := krt.NewStaticCollection(nil, inputs, w.options("inputs")...)
	c := krt.NewCollection(in, a.transform, w.options("asking")...)
	a.settle(t, c)

	for !d.ended() {
		before := maps.Clone(asked.content)
		a.begin()
		asked.change(d)
		a.settle(t, c)
		if wrong := a.compare(before, asked.content); len(wrong) > 0 {
			t.Fatalf("%s\nbefore: %v\nafter: %v", strings.Join(wrong, "\n"), before, asked.content)
		}
	}
}

// asking is a collection whose inputs ask questions.
type asking struct {
	w         *world
	asked     *node
	questions []asks

	mu      sync.Mutex
	ran     map[string]bool    // inputs that were transformed since begin
	changes []krt.Event[thing] // of what is asked, since begin
}

// asks is a question and the input that asks it.
type asks struct {
	input string
	q     question
}

func (a *asking) transform(ctx krt.HandlerContext, in thing) *thing {
	a.mu.Lock()
	a.ran[in.Name] = true
	a.mu.Unlock()
	sum := mix(in.Name)
	for _, each := range a.questions {
		if each.input == in.Name {
			found := each.q.ask(ctx, a.asked)
			sum = mix(sum, byName(found))
		}
	}
	return &thing{Name: in.Name, Value: sum}
}

// of returns the questions of an input, for messages.
func (a *asking) of(input string) string {
	var out []string
	for _, each := range a.questions {
		if each.input == input {
			out = append(out, fmt.Sprintf("%+v", each.q))
		}
	}
	return strings.Join(out, ", ")
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
	a.changes = nil
}

func (a *asking) settle(t *testing.T, c krt.Collection[thing]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := krt.WaitIdle(ctx, c); err != nil {
		t.Fatal(err)
	}
}

// compare compares the inputs that ran with those that had to, and those that might,
// and returns what is wrong.
func (a *asking) compare(before, after map[string]thing) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var wrong []string
	may := map[string]bool{}
	for _, each := range a.questions {
		if !a.ran[each.input] && !sameThings(each.q.answer(before), each.q.answer(after)) {
			wrong = append(wrong, fmt.Sprintf("%s was not transformed again, though there is another answer to %+v", each.input, each.q))
		}
		may[each.input] = may[each.input] || slices.ContainsFunc(a.changes, each.q.concerned)
	}
	for input := range a.ran {
		if !may[input] {
			wrong = append(wrong, fmt.Sprintf("%s was transformed again, though nothing changed that it asks for: %s", input, a.of(input)))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// concerned reports whether a change is about anything that the question asks for.
func (q question) concerned(e krt.Event[thing]) bool {
	if len(q.index) > 1 {
		// Each key is asked for by itself, so an object that moves among them counts.
		return slices.ContainsFunc(q.index, func(key string) bool {
			one := q
			one.index = []string{key}
			return one.concerned(e)
		})
	}
	before := e.Old != nil && q.admits(*e.Old)
	after := e.New != nil && q.admits(*e.New)
	if before && after && (q.how == partially || q.how == existing) {
		return !krt.Equal(q.seen(*e.Old), q.seen(*e.New))
	}
	return before || after
}
