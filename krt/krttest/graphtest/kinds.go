// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/krtkit/krtkit/krt"
)

// kind is a kind of node that graphs grow.
type kind struct {
	name   string
	weight int
	// build makes a node, or several that belong together.
	build func(b *builder)
}

// kinds lists all kinds. A new kind of collection needs an entry, and a function that
// says beside the collection what it must hold.
func kinds() []kind {
	return []kind{
		{"derived", 8, (*builder).derived},
		{"many", 4, (*builder).many},
		{"singleton", 2, (*builder).singleton},
		{"many from nothing", 2, (*builder).manyFromNothing},
		{"map", 1, (*builder).mapped},
		{"join", 2, (*builder).join},
		{"merge", 2, (*builder).merge},
		{"nested", 2, (*builder).nested},
		{"status", 2, (*builder).status},
		{"groups", 2, (*builder).groups},
		{"augmented", 1, (*builder).augmented},
		{"roughly equal", 1, (*builder).roughlyEqual},
		{"discarding", 2, (*builder).discarding},
		{"panicking", 1, (*builder).panicking},
		{"colliding", 1, (*builder).colliding},
		{"triggered", 1, (*builder).triggered},
		{"witness", 3, (*builder).witness},
	}
}

// builder makes one step of a graph's growth.
type builder struct {
	w    *world
	d    dice
	kind string
	opts []krt.CollectionOption
	slow bool
	of   []int // nodes that were picked, for messages
	// stop is what stops all that the step makes, or nil for a graph's end.
	stop *stopper
	// These are those of the nodes to come.

	augment  func(t thing) thing
	external bool
}

// grow adds a node of any kind, or several that belong together.
func (w *world) grow(d dice) {
	all := kinds()
	total := 0
	for _, k := range all {
		total += k.weight
	}
	n := d.IntN(total)
	i := 0
	for ; n >= all[i].weight; i++ {
		n -= all[i].weight
	}
	b := &builder{w: w, d: d, kind: all[i].name, opts: w.options(all[i].name), slow: d.IntN(3) == 0}
	if d.IntN(8) == 0 {
		b.stop = newStopper()
		b.opts = append(b.opts, krt.WithStop(b.stop.ch))
		b.kind += ", mortal"
	}
	all[i].build(b)
}

// add adds a node of the builder's kind.
func (b *builder) add(c krt.Collection[thing], check func(r reader, got map[string]thing) string) *node {
	n := &node{kind: fmt.Sprint(b.kind, " of ", b.of), c: c, check: check, augment: b.augment, external: b.external, stop: b.stop}
	if b.stop != nil {
		b.stop.stops(c)
	}
	return b.w.add(n)
}

// input returns a node to make others of.
func (b *builder) input() *node {
	n := b.w.pick(b.d)
	b.of = append(b.of, n.id)
	return n
}

// inputs returns a few different nodes, in no order.
func (b *builder) inputs() []*node {
	var out []*node
	for range 3 {
		if n := b.input(); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func collections(nodes []*node) []krt.Collection[thing] {
	var out []krt.Collection[thing]
	for _, n := range nodes {
		out = append(out, n.c)
	}
	return out
}

func (b *builder) recipe(many bool) recipe {
	r := recipe{seed: uint64(b.d.IntN(1 << 30)), many: many}
	for range b.d.IntN(4) {
		r.of = append(r.of, b.input().id)
	}
	return r
}

// asking returns how the transformations of the new node ask: some take their time,
// so that others have to wait for them while sources change, and some check that
// what they are told is as of one moment.
func (b *builder) asking() func(ctx krt.HandlerContext) func(q question) []thing {
	slow, suspicious, kind := b.slow, b.d.IntN(4) == 0, b.kind
	return func(ctx krt.HandlerContext) func(q question) []thing {
		return func(q question) []thing {
			if slow {
				time.Sleep(20 * time.Microsecond) // takes its time
			}
			n := b.w.node(q.of)
			found := q.ask(ctx, n)
			if suspicious {
				if want := q.answer(n, byName(everything(q.of).ask(ctx, n))); !sameThings(want, found) {
					b.w.fail("a %s asked node %v: %+v was answered by %v, and all that matches is %v", kind, n, q, found, want)
				}
			}
			return found
		}
	}
}

func sameThings(a, b []thing) bool {
	return len(a) == len(b) && krt.Equal(byName(a), byName(b))
}

// cooked is what a recipe makes of all that another node holds.
func cooked(r recipe, of int) func(r reader) map[string]thing {
	return func(rd reader) map[string]thing {
		content := map[string]thing{}
		for _, in := range rd.content(of) {
			for _, t := range r.cook(in, rd.answer) {
				content[t.Name] = t
			}
		}
		return content
	}
}

func (b *builder) derived() {
	in, r, ask := b.input(), b.recipe(false), b.asking()
	c := krt.NewCollection(in.c, func(ctx krt.HandlerContext, t thing) *thing { return r.one(t, ask(ctx)) }, b.opts...)
	b.add(c, holds(cooked(r, in.id)))
}

func (b *builder) many() {
	in, r, ask := b.input(), b.recipe(true), b.asking()
	c := krt.NewManyCollection(in.c, func(ctx krt.HandlerContext, t thing) []thing { return r.cook(t, ask(ctx)) }, b.opts...)
	b.add(c, holds(cooked(r, in.id)))
}

// alone is the input of what has none.
var alone = thing{Name: "alone"}

func (b *builder) singleton() {
	r, ask := b.recipe(false), b.asking()
	c := krt.NewSingleton(func(ctx krt.HandlerContext) *thing { return r.one(alone, ask(ctx)) }, b.opts...)
	b.add(c.AsCollection(), holds(func(rd reader) map[string]thing { return byName(r.cook(alone, rd.answer)) }))
}

func (b *builder) manyFromNothing() {
	r, ask := b.recipe(true), b.asking()
	c := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []thing { return r.cook(alone, ask(ctx)) }, b.opts...)
	b.add(c, holds(func(rd reader) map[string]thing { return byName(r.cook(alone, rd.answer)) }))
}

func (b *builder) mapped() {
	in := b.input()
	change := func(t thing) thing { return newThing(t.Name, t.Value/2) }
	b.add(krt.MapCollection(in.c, change, b.opts...), holds(func(r reader) map[string]thing {
		content := r.content(in.id)
		for name, t := range content {
			content[name] = change(t)
		}
		return content
	}))
}

func (b *builder) join() {
	ins := b.inputs()
	if b.d.IntN(2) == 0 && !krt.EnableAssertions { // which would check the promise
		b.opts = append(b.opts, krt.WithJoinUnchecked()) // it changes nothing
	}
	b.add(krt.JoinCollection(collections(ins), b.opts...), holds(func(r reader) map[string]thing {
		content := map[string]thing{}
		for _, in := range slices.Backward(ins) {
			maps.Copy(content, r.content(in.id))
		}
		return content
	}))
}

func (b *builder) merge() {
	ins := b.inputs()
	b.add(krt.JoinWithMergeCollection(collections(ins), mergeThings, b.opts...), holds(func(r reader) map[string]thing {
		ids := make([]int, len(ins))
		for i, in := range ins {
			ids[i] = in.id
		}
		return merged(r, ids)
	}))
}

// merged is what a join that merges holds.
func merged(r reader, ids []int) map[string]thing {
	held := map[string][]thing{}
	for _, id := range ids {
		for name, t := range r.content(id) {
			held[name] = append(held[name], t)
		}
	}
	content := map[string]thing{}
	for name, ts := range held {
		if t := mergeThings(ts); t != nil {
			content[name] = *t
		}
	}
	return content
}

// mergeThings is the merge of the joins that merge. The order matters, and some are
// merged to nothing.
func mergeThings(ts []thing) *thing {
	out := ts[0]
	for _, t := range ts[1:] {
		out.Value = out.Value*31 + t.Value
	}
	if out.Value%11 == 0 {
		return nil
	}
	return &out
}

// augmented makes a copy of another node whose filters look at something else.
func (b *builder) augmented() {
	in := b.input()
	b.augment = func(t thing) thing { return newThing(t.Name, t.Value+1) }
	b.opts = append(b.opts, krt.WithObjectAugmentation(func(o any) any { return b.augment(o.(thing)) }))
	c := krt.NewCollection(in.c, func(_ krt.HandlerContext, t thing) *thing { return &t }, b.opts...)
	b.add(c, holds(func(r reader) map[string]thing { return r.content(in.id) }))
}

// groups makes one thing of each group of another node.
func (b *builder) groups() {
	in := b.input()
	sum := func(key string, ts []thing) thing {
		all := byName(ts)
		return newThing("group-"+key, mix(slices.Sorted(maps.Keys(all)), len(ts), all)%1000)
	}
	c := krt.NewCollection(in.index.AsCollection(b.opts...), func(_ krt.HandlerContext, g krt.IndexObject[string, thing]) *thing {
		t := sum(g.Key, g.Objects)
		return &t
	}, b.opts...)
	b.add(c, holds(func(r reader) map[string]thing {
		found := map[string][]thing{}
		for _, t := range r.content(in.id) {
			for _, key := range indexKeys(t) {
				found[key] = append(found[key], t)
			}
		}
		content := map[string]thing{}
		for key, ts := range found {
			t := sum(key, ts)
			content[t.Name] = t
		}
		return content
	}))
}

// status makes two nodes: what a status collection makes of its inputs, and the
// statuses, as things.
func (b *builder) status() {
	in, r, ask := b.input(), b.recipe(true), b.asking()
	// About one in four has no status.
	of := func(t thing, out []thing) *uint64 {
		if v := mix(t.Value, len(out)); v%4 > 0 {
			return &v
		}
		return nil
	}
	show := func(t thing, status uint64) thing { return newThing(t.Name, mix(t, status)%1000) }
	statuses, objects := krt.NewStatusManyCollection(in.c, func(ctx krt.HandlerContext, t thing) (*uint64, []thing) {
		out := r.cook(t, ask(ctx))
		return of(t, out), out
	}, b.opts...)
	shown := krt.NewCollection(statuses, func(_ krt.HandlerContext, s krt.ObjectWithStatus[thing, uint64]) *thing {
		t := show(s.Obj, s.Status)
		return &t
	}, b.opts...)
	if b.stop != nil {
		b.stop.stops(shown) // before anybody can find the first node
	}
	b.add(objects, holds(cooked(r, in.id)))
	b.kind += ", statuses"
	b.add(shown, holds(func(rd reader) map[string]thing {
		content := map[string]thing{}
		for _, t := range rd.content(in.id) {
			if status := of(t, r.cook(t, rd.answer)); status != nil {
				content[t.Name] = show(t, *status)
			}
		}
		return content
	}))
}

// triggered is a derived collection that also reads data that is in no collection.
func (b *builder) triggered() {
	in := b.input()
	data := krt.NewRecomputeProtected(uint64(0), true, b.w.options("data")...)
	shift := func(t thing, by uint64) thing { return newThing(t.Name, (t.Value+by)%1000) }
	c := krt.NewCollection(in.c, func(ctx krt.HandlerContext, t thing) *thing {
		if t.Value%3 == 0 {
			return &t // without the data
		}
		out := shift(t, data.Get(ctx))
		return &out
	}, b.opts...)
	b.external = true
	b.add(c, holds(func(r reader) map[string]thing {
		content := r.content(in.id)
		for name, t := range content {
			if t.Value%3 > 0 {
				content[name] = shift(t, data.AccessUnprotected())
			}
		}
		return content
	}))
	b.w.addExternal(func(d dice) {
		by := uint64(d.IntN(10))
		data.Modify(func(v *uint64) { *v += by })
	})
}

// witness is a collection that reads another node together with all that it is made
// of, and says whether that fits: everything that a transformation reads is as of one
// moment.
func (b *builder) witness() {
	n := b.input()
	for range 8 {
		if n.check != nil && n.stop == nil && !n.external {
			break
		}
		n = b.input()
	}
	c := krt.NewManyFromNothing(func(ctx krt.HandlerContext) []thing {
		r := reader{b.w, ctx}
		if !n.external {
			if what := r.inspect(n); what != "" {
				b.w.fail("read in one transformation: %s", what)
			}
		}
		return []thing{newThing("witness", mix(r.content(n.id))%1000)}
	}, b.opts...)
	b.add(c, holds(func(r reader) map[string]thing {
		return byName([]thing{newThing("witness", mix(r.content(n.id))%1000)})
	}))
}
