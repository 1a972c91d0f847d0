// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"context"
	"strings"
	"testing"

	"github.com/krtkit/krtkit/krt"
)

// A tester that finds nothing wrong must be one that could.

func TestInspect_findsANodeThatIsNotWhatItMustBe(t *testing.T) {
	w := newWorld(t)
	defer w.end()
	source := w.addStatic(seeded(1, 1), nil)
	lookedUp := w.addStatic(seeded(2, 2), nil)
	reads := func(t thing, of map[string]thing) thing { return newThing(t.Name, mix(t, of)%1000) }
	// The transformation reads without krt's knowledge.
	c := krt.NewCollection(source.node.c, func(_ krt.HandlerContext, t thing) *thing {
		out := reads(t, byName(lookedUp.node.c.List())) //krtvet:ignore the test is about this mistake
		return &out
	}, w.options("impure")...)
	w.add(&node{kind: "impure", c: c, check: holds(func(r reader) map[string]thing {
		content := r.content(source.node.id)
		for name, t := range content {
			content[name] = reads(t, r.content(lookedUp.node.id))
		}
		return content
	})})
	inspect := func() string {
		if err := krt.WaitIdle(t.Context(), w.syncers()...); err != nil {
			t.Fatal(err)
		}
		return strings.Join(w.inspect(w.all(), krt.TestingDummyContext{}, true), "\n")
	}
	if wrong := inspect(); wrong != "" {
		t.Errorf("wrong before anything changed: %s", wrong)
	}
	d := seeded(3, 3)
	for range 10 {
		lookedUp.change(d)
	}
	if wrong := inspect(); !strings.Contains(wrong, "node 2 (impure) mismatch") {
		t.Errorf("not found: %q", wrong)
	}
}

func TestWitness_findsARunThatMixesMoments(t *testing.T) {
	w := newWorld(t)
	defer w.end()
	source := w.addStatic(seeded(1, 1), nil)
	// A node that is always behind what it claims to be.
	c := krt.NewStaticCollection(nil, []thing{newThing("stale", 1)}, w.options("stale")...)
	stale := w.add(&node{kind: "stale", c: c, check: holds(func(r reader) map[string]thing { return r.content(source.node.id) })})
	if wrong := (reader{w, krt.TestingDummyContext{}}).inspect(stale); wrong == "" {
		t.Error("nothing found in a transformation")
	}
	view, err := krt.NewView(context.Background(), w.syncers()...)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := w.inspect(w.all(), view, false); len(wrong) != 1 {
		t.Errorf("found in a view: %v, want one", wrong)
	}
}

func TestFollower_findsWhatHandlersMustNotBeTold(t *testing.T) {
	w := newWorld(t)
	defer w.end()
	source := w.addStatic(seeded(1, 1), nil)
	f := follow(source.node, true)
	if err := krt.WaitIdle(t.Context(), source.node.c); err != nil {
		t.Fatal(err)
	}
	if wrong := f.inspect(); len(wrong) > 0 {
		t.Fatalf("wrong from the start: %v", wrong)
	}
	// An addition that is told twice.
	again := source.node.c.List()[0]
	if err := f.log.Take(krt.Event[thing]{New: &again, Event: krt.EventAdd}); err == nil {
		t.Error("an addition of what is there was not found")
	}
	// A deletion that is told and did not happen.
	if err := f.log.Take(krt.Event[thing]{Old: &again, Event: krt.EventDelete}); err != nil {
		t.Error(err)
	}
	if wrong := f.inspect(); len(wrong) != 1 {
		t.Errorf("found %v, want that the content is another one", wrong)
	}
}

func TestCompare_findsRunsThatAreMissingOrTooMany(t *testing.T) {
	old, now := newThing("1", 5), newThing("1", 6)
	before, after := map[string]thing{"1": old}, map[string]thing{"1": now}
	for name, tt := range map[string]struct {
		ran  map[string]bool
		want []string
	}{
		"as it must be": {ran: map[string]bool{"concerned": true}},
		"missing":       {ran: map[string]bool{}, want: []string{"concerned was not transformed again"}},
		"too many": {
			ran:  map[string]bool{"concerned": true, "other": true, "partial": true},
			want: []string{"other was transformed again", "partial was transformed again"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := &asking{asked: &node{}, ran: tt.ran, changes: []krt.Event[thing]{{Old: &old, New: &now, Event: krt.EventUpdate}}}
			a.questions = map[string][]question{
				"concerned": {{key: "1"}},
				"other":     {{key: "2"}},
				"partial":   {{key: "1", how: existing}},
			}
			wrong := a.compare(before, after)
			if len(wrong) != len(tt.want) {
				t.Fatalf("found %v, want %v", wrong, tt.want)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(wrong[i], want) {
					t.Errorf("found %q, want %q", wrong[i], want)
				}
			}
		})
	}
}
