// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

// The kinds in this file hold what depends on more than what their parents hold now,
// so their checks allow for several things.

// keeping makes a derived collection whose transformation gives some of its results
// up, which give does. What is there then is something that it made of the same input
// before. first is set if a result that is given up is taken where there was none.
func (b *builder) keeping(give func(ctx krt.HandlerContext), first bool) {
	in, r, ask := b.input(), b.recipe(false), b.asking()
	givesUp := func(t thing, out *thing) bool { return mix(t.Value, out != nil)%3 == 0 }
	var mu sync.Mutex
	made := map[string][]string{} // by name of the input: everything that was ever made of it
	c := krt.NewCollection(in.c, func(ctx krt.HandlerContext, t thing) *thing {
		out := r.one(t, ask(ctx))
		up := givesUp(t, out)
		mu.Lock()
		if first || !up {
			made[t.Name] = append(made[t.Name], describe(out))
		}
		mu.Unlock()
		if up {
			give(ctx)
		}
		return out
	}, b.opts...)
	b.add(c, func(rd reader, got map[string]thing) string {
		var wrong []string
		inputs := rd.content(in.id)
		for name, t := range inputs {
			var have *thing
			if g, ok := got[name]; ok {
				have = &g
			}
			want := r.one(t, rd.answer)
			mu.Lock()
			ever := slices.Contains(made[name], describe(have))
			mu.Unlock()
			switch {
			case !givesUp(t, want):
				if describe(have) != describe(want) {
					wrong = append(wrong, fmt.Sprintf("%s: want %s, got %s", name, describe(want), describe(have)))
				}
			case have != nil && !ever:
				wrong = append(wrong, fmt.Sprintf("%s: nobody ever made %s", name, describe(have)))
			case have == nil && want != nil && first && !ever:
				wrong = append(wrong, fmt.Sprintf("%s: there was nothing before, and %s was not taken", name, describe(want)))
			}
		}
		for name := range got {
			if _, ok := inputs[name]; !ok {
				wrong = append(wrong, name+": of an input that has gone")
			}
		}
		return strings.Join(wrong, "\n")
	})
}

func (b *builder) discarding() {
	b.keeping(func(ctx krt.HandlerContext) { ctx.DiscardResult() }, true)
}

func (b *builder) panicking() {
	b.opts = append(b.opts, krt.WithPanicHandler(func(*krt.PanicError) {}))
	b.keeping(func(krt.HandlerContext) { panic("as it must") }, false)
}

// roughlyEqual makes a derived collection that does not tell things apart whose values
// are close: what is there may be one that is close to what must be.
func (b *builder) roughlyEqual() {
	in := b.input()
	equal := func(a, b thing) bool { return a.Name == b.Name && a.Value/50 == b.Value/50 }
	b.opts = append(b.opts, krt.WithEqual(equal))
	c := krt.NewCollection(in.c, func(_ krt.HandlerContext, t thing) *thing { return &t }, b.opts...)
	b.add(c, func(r reader, got map[string]thing) string {
		want := r.content(in.id)
		for name, t := range want {
			if g, ok := got[name]; ok && equal(t, g) {
				want[name] = g
			}
		}
		return cmp.Diff(want, got)
	})
}

func describe(t *thing) string {
	if t == nil {
		return "nothing"
	}
	return fmt.Sprintf("%+v", *t)
}

// colliding makes a collection whose inputs make objects with the same keys: which
// of them is there depends on which was made last.
func (b *builder) colliding() {
	in := b.input()
	collide := func(t thing) thing { return newThing(fmt.Sprint("same-", t.Value%4), t.Value) }
	c := krt.NewCollection(in.c, func(_ krt.HandlerContext, t thing) *thing {
		if t.Value%5 == 0 || krt.EnableAssertions {
			return nil
		}
		out := collide(t)
		return &out
	}, b.opts...)
	b.add(c, func(r reader, got map[string]thing) string {
		candidates := map[string][]string{}
		for _, t := range r.content(in.id) {
			if t.Value%5 != 0 && !krt.EnableAssertions {
				out := collide(t)
				candidates[out.Name] = append(candidates[out.Name], describe(&out))
			}
		}
		var wrong []string
		if diff := cmp.Diff(slices.Sorted(maps.Keys(candidates)), slices.Sorted(maps.Keys(got))); diff != "" {
			wrong = append(wrong, diff)
		}
		for name, t := range got {
			if !slices.Contains(candidates[name], describe(&t)) {
				wrong = append(wrong, fmt.Sprintf("%s: got %s, and inputs make %v", name, describe(&t), candidates[name]))
			}
		}
		return strings.Join(wrong, "\n")
	})
}

// container holds the members of a nested join.
type container struct {
	members krt.StaticCollection[krt.Collection[thing]]
	// below is the id of the nested join: only nodes that came before it can be
	// members.
	below int
}

// nested makes a join of collections that come and go.
func (b *builder) nested() {
	k := &container{below: len(b.w.all())}
	var first []krt.Collection[thing]
	for _, n := range b.inputs() {
		if n.c.HasSynced() {
			first = append(first, n.c)
		}
	}
	k.members = krt.NewStaticCollection(nil, first, b.w.options("members")...)
	b.w.addContainer(k)
	c := krt.NestedJoinWithMergeCollection(k.members, mergeThings, b.opts...)
	b.add(c, holds(func(r reader) map[string]thing {
		members := krt.Fetch(r.ctx, k.members)
		slices.SortFunc(members, func(a, b krt.Collection[thing]) int { return strings.Compare(krt.GetKey(a), krt.GetKey(b)) })
		var ids []int
		for _, m := range members {
			ids = append(ids, b.w.idOf(m))
		}
		return merged(r, ids)
	}))
}

// change adds, removes or swaps a member. One that is not synced would be a member
// later, at a time that nobody knows.
func (k *container) change(w *world, d dice) {
	n := w.node(d.IntN(k.below))
	held := k.members.List()
	switch d.IntN(3) {
	case 0:
		if n.c.HasSynced() {
			k.members.UpdateObject(n.c)
		}
	case 1:
		k.members.DeleteObject(krt.GetKey(n.c))
	default:
		if len(held) > 0 && n.c.HasSynced() {
			held[d.IntN(len(held))] = n.c
			k.members.Reset(held)
		}
	}
}

// idOf returns the id of the node that is the collection.
func (w *world) idOf(c krt.Collection[thing]) int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	key := krt.GetKey(c)
	return slices.IndexFunc(w.nodes, func(n *node) bool { return krt.GetKey(n.c) == key })
}

func (w *world) addContainer(k *container) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.containers = append(w.containers, k)
}
