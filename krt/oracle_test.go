// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
)

var soak = flag.Duration("krt.soak", 0, "how long TestOracle goes on with new random graphs")

// thing is what all collections of the random graphs hold.
type thing struct {
	Name, Group string
	Value       uint64
	Labels      map[string]string
	Selector    map[string]string
}

func (t thing) ResourceName() string                { return t.Name }
func (t thing) GetLabels() map[string]string        { return t.Labels }
func (t thing) GetLabelSelector() map[string]string { return t.Selector }

// question is one Fetch of a transformation: which collection, and what of it.
type question struct {
	of       int
	key      string
	keys     []string
	group    string
	byGroup  bool
	labels   map[string]string
	selects  map[string]string
	nonEmpty bool
	odd      bool // FilterGeneric: odd values only
}

// options are the question as krt is asked it.
func (q question) options(idx krt.Index[string, thing]) []krt.FetchOption {
	var opts []krt.FetchOption
	if q.key != "" {
		opts = append(opts, krt.FilterKey(q.key))
	}
	if q.keys != nil {
		opts = append(opts, krt.FilterKeys(q.keys...))
	}
	if q.byGroup {
		opts = append(opts, krt.FilterIndex(idx, q.group))
	}
	if q.labels != nil {
		opts = append(opts, krt.FilterLabel(q.labels))
	}
	if q.selects != nil && q.nonEmpty {
		opts = append(opts, krt.FilterSelectsNonEmpty(q.selects))
	} else if q.selects != nil {
		opts = append(opts, krt.FilterSelects(q.selects))
	}
	if q.odd {
		opts = append(opts, krt.FilterGeneric(func(a any) bool { return a.(thing).Value%2 == 1 }))
	}
	return opts
}

// answer is the question asked of plain data.
func (q question) answer(of map[string]thing) []thing {
	var out []thing
	for _, t := range of {
		if q.key != "" && t.Name != q.key || q.keys != nil && !slices.Contains(q.keys, t.Name) ||
			q.byGroup && t.Group != q.group || q.odd && t.Value%2 != 1 {
			continue
		}
		has := func(whole, part map[string]string) bool {
			for k, v := range part {
				if whole[k] != v {
					return false
				}
			}
			return true
		}
		if !has(t.Labels, q.labels) || q.selects != nil && !has(q.selects, t.Selector) || q.nonEmpty && len(t.Selector) == 0 {
			continue
		}
		out = append(out, t)
	}
	return out
}

// recipe is a transformation: it asks questions that depend on its input and on
// earlier answers, and makes of them what it returns.
type recipe struct {
	seed    uint64
	fetches []int // collections that it may ask
	many    bool
}

func mix(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, parts...)
	return h.Sum64()
}

// tags gives labels and selectors few enough values for them to match often.
func tags(v uint64) map[string]string {
	out := map[string]string{}
	if v%5 > 0 {
		out["a"] = fmt.Sprint(v / 5 % 3)
	}
	if v/15%3 > 0 {
		out["b"] = fmt.Sprint(v / 45 % 3)
	}
	return out
}

func (r recipe) cook(in thing, ask func(q question) []thing) []thing {
	sum := mix(r.seed, in)
	for i, of := range r.fetches {
		v := mix(r.seed, in.Name, in.Value, i)
		if v%4 == 0 || sum%7 == 0 {
			continue // conditional reads
		}
		q := question{of: of}
		switch v / 4 % 8 {
		case 0:
			q.key = fmt.Sprint(v / 32 % 12)
		case 1:
			q.keys = []string{fmt.Sprint(v / 32 % 12), fmt.Sprint(v / 512 % 12)}
		case 2:
			q.byGroup, q.group = true, fmt.Sprint(v/32%3)
		case 3:
			q.labels = tags(v / 32)
		case 4:
			q.selects, q.nonEmpty = tags(v/32), v/8192%2 == 0
		case 5:
			q.byGroup, q.group, q.labels = true, fmt.Sprint(v/32%3), tags(v/128)
		case 6:
			q.labels, q.odd = tags(v/32), true
		case 7:
			q.selects, q.labels = tags(v/32), tags(v/4096)
		}
		answers := ask(q)
		slices.SortFunc(answers, func(a, b thing) int { return strings.Compare(a.Name, b.Name) })
		sum = mix(sum, answers)
	}
	output := func(name string, salt int) thing {
		v := mix(sum, salt) % 1000 // equal outputs are frequent enough to matter
		return thing{Name: name, Group: fmt.Sprint(v % 3), Value: v, Labels: tags(v / 3), Selector: tags(v / 7)}
	}
	if !r.many {
		if sum%6 == 0 {
			return nil
		}
		return []thing{output(in.Name, 0)}
	}
	var out []thing
	for i := range int(sum % 4) {
		out = append(out, output(fmt.Sprintf("%s.%d", in.Name, i), i))
	}
	return out
}

// collection is one of a random graph, next to what the model must know of it.
type collection struct {
	krt.Collection[thing]
	index  krt.Index[string, thing]
	static *krt.StaticCollection[thing]
	recipe *recipe // nil for a join
	inputs []int
	merged bool // a join that merges
}

// world is a random graph.
type world struct {
	stop        chan struct{}
	mu          sync.RWMutex
	collections []collection
}

func (w *world) get(i int) collection {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.collections[i]
}

func (w *world) add(c collection) {
	c.index = krt.NewIndex(c.Collection, "group", func(t thing) []string { return []string{t.Group} })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.collections = append(w.collections, c)
}

func (w *world) grow(rnd *rand.Rand) {
	w.mu.RLock()
	n := len(w.collections)
	w.mu.RUnlock()
	opts := []krt.CollectionOption{krt.WithStop(w.stop), krt.WithName(fmt.Sprint("c", n))}
	pick := func() int { return rnd.IntN(n) }
	if rnd.IntN(6) == 0 {
		ins := []int{pick(), pick(), pick()}
		slices.Sort(ins)
		ins = slices.Compact(ins)
		var cs []krt.Collection[thing]
		for _, i := range ins {
			cs = append(cs, w.get(i).Collection)
		}
		if rnd.IntN(2) == 0 {
			w.add(collection{Collection: krt.JoinWithMergeCollection(cs, mergeThings, opts...), inputs: ins, merged: true})
			return
		}
		w.add(collection{Collection: krt.JoinCollection(cs, opts...), inputs: ins})
		return
	}
	r := &recipe{seed: rnd.Uint64(), many: rnd.IntN(3) == 0}
	for range rnd.IntN(4) {
		r.fetches = append(r.fetches, pick())
	}
	in := pick()
	slow := rnd.IntN(3) == 0
	ask := func(ctx krt.HandlerContext) func(q question) []thing {
		return func(q question) []thing {
			if slow { // so that others have to wait for it while sources change
				time.Sleep(20 * time.Microsecond)
			}
			c := w.get(q.of)
			return krt.Fetch(ctx, c.Collection, q.options(c.index)...)
		}
	}
	var c krt.Collection[thing]
	if r.many {
		c = krt.NewManyCollection(w.get(in).Collection, func(ctx krt.HandlerContext, t thing) []thing { return r.cook(t, ask(ctx)) }, opts...)
	} else {
		c = krt.NewCollection(w.get(in).Collection, func(ctx krt.HandlerContext, t thing) *thing {
			if out := r.cook(t, ask(ctx)); out != nil {
				return &out[0]
			}
			return nil
		}, opts...)
	}
	w.add(collection{Collection: c, recipe: r, inputs: []int{in}})
}

// expected evaluates the graph from scratch.
func (w *world) expected(sources []map[string]thing) []map[string]thing {
	var out []map[string]thing
	for i, c := range w.collections {
		content := map[string]thing{}
		switch {
		case c.static != nil:
			content = sources[i]
		case c.merged:
			held := map[string][]thing{}
			for _, in := range c.inputs {
				for name, t := range out[in] {
					held[name] = append(held[name], t)
				}
			}
			for name, ts := range held {
				if t := mergeThings(ts); t != nil {
					content[name] = *t
				}
			}
		case c.recipe == nil:
			for _, in := range slices.Backward(c.inputs) {
				maps.Copy(content, out[in])
			}
		default:
			for _, in := range out[c.inputs[0]] {
				for _, t := range c.recipe.cook(in, func(q question) []thing { return q.answer(out[q.of]) }) {
					content[t.Name] = t
				}
			}
		}
		out = append(out, content)
	}
	return out
}

// mergeThings is the merge of the joins that merge.
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

// follower folds the events of a handler and checks that they are well-formed.
type follower struct {
	of      int
	name    string
	mu      sync.Mutex
	content map[string]thing
	wrong   []string
	reg     krt.HandlerRegistration
}

func follow(c krt.Collection[thing], of int, name string) *follower {
	f := &follower{of: of, name: name, content: map[string]thing{}}
	f.reg = c.RegisterBatch(func(events []krt.Event[thing]) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, e := range events {
			f.take(e)
		}
	}, true)
	return f
}

func (f *follower) take(e krt.Event[thing]) {
	had, ok := f.content[e.Latest().Name]
	bad := func(why string) {
		f.wrong = append(f.wrong, fmt.Sprintf("%v of %v: %s", e.Event, e.Latest(), why))
	}
	switch e.Event {
	case krt.EventAdd:
		if ok || e.Old != nil || e.New == nil {
			bad("addition of what is there")
		}
	case krt.EventUpdate:
		if !ok || e.Old == nil || e.New == nil || !cmp.Equal(*e.Old, had) {
			bad(fmt.Sprintf("update of %v", had))
		}
	case krt.EventDelete:
		if !ok || e.Old == nil || e.New != nil || !cmp.Equal(*e.Old, had) {
			bad(fmt.Sprintf("delete of %v", had))
		}
	}
	if e.New != nil {
		f.content[e.New.Name] = *e.New
	} else {
		delete(f.content, e.Old.Name)
	}
}

func index(all []thing) map[string]thing {
	out := map[string]thing{}
	for _, t := range all {
		out[t.Name] = t
	}
	return out
}

// TestOracle compares random graphs under random operations of several
// goroutines with the same graphs evaluated from scratch by plain loops: after
// WaitIdle every collection, every index and every handler's folded log must be
// equal to the model.
func TestOracle(t *testing.T) {
	seeds := 25
	if testing.Short() {
		seeds = 5
	}
	deadline := time.Now().Add(*soak)
	base := uint64(1)
	if *soak > 0 {
		base = uint64(time.Now().UnixNano())
	}
	for i := 0; i < seeds || time.Now().Before(deadline); i++ {
		if seed := base + uint64(i); !t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { oracle(t, seed) }) {
			return
		}
	}
}

func oracle(t *testing.T, seed uint64) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 0))
	w := &world{stop: make(chan struct{})}
	sources := make([]map[string]thing, 3)
	random := func(rnd *rand.Rand) thing {
		v := rnd.Uint64N(1000)
		return thing{Name: fmt.Sprint(rnd.IntN(12)), Group: fmt.Sprint(v % 3), Value: v, Labels: tags(v / 3), Selector: tags(v / 11)}
	}
	for i := range 3 {
		var first []thing
		for range 8 {
			first = append(first, random(rnd))
		}
		sources[i] = index(first)
		c := krt.NewStaticCollection(nil, first, krt.WithStop(w.stop), krt.WithName(fmt.Sprint("c", i)))
		w.add(collection{Collection: c, static: &c})
	}
	for range 8 {
		w.grow(rnd)
	}
	var followers []*follower
	for i, c := range w.collections {
		followers = append(followers, follow(c.Collection, i, fmt.Sprint("first of ", i)))
	}

	var mu sync.Mutex // guards followers and temporary
	var wg sync.WaitGroup
	for worker := range 4 {
		rnd := rand.New(rand.NewPCG(seed, uint64(worker)+1))
		wg.Go(func() {
			for step := range 60 {
				switch op := rnd.IntN(20); {
				case op < 14 && worker < 3: // each source has one writer, so that the model knows its content
					s := w.get(worker).static
					switch v := random(rnd); rnd.IntN(8) {
					case 0, 1:
						s.DeleteObject(v.Name)
						delete(sources[worker], v.Name)
					case 2: // delete and re-create
						s.DeleteObject(v.Name)
						s.UpdateObject(v)
						sources[worker][v.Name] = v
					case 3:
						s.DeleteObjects(func(t thing) bool { return t.Group == v.Group })
						maps.DeleteFunc(sources[worker], func(_ string, t thing) bool { return t.Group == v.Group })
					case 4:
						state := []thing{random(rnd), random(rnd), random(rnd)}
						s.Reset(state)
						sources[worker] = index(state)
					case 5:
						s.ConditionalUpdateObject(v)
						sources[worker][v.Name] = v
					default:
						s.UpdateObject(v)
						sources[worker][v.Name] = v
					}
				case op == 14 && worker == 3 && step%4 == 0:
					w.grow(rnd)
				case op < 17:
					i := rnd.IntN(8)
					f := follow(w.get(i).Collection, i, fmt.Sprintf("late of %d", i))
					mu.Lock()
					followers = append(followers, f)
					mu.Unlock()
				case op == 17:
					f := follow(w.get(rnd.IntN(8)).Collection, 0, "brief")
					f.reg.UnregisterHandler()
					f.reg.UnregisterHandler()
				case op == 18: // a collection that comes and goes
					stop := make(chan struct{})
					of, other := w.get(rnd.IntN(8)), w.get(rnd.IntN(8))
					krt.NewCollection(of.Collection, func(ctx krt.HandlerContext, t thing) *thing {
						krt.Fetch(ctx, other.Collection, krt.FilterLabel(t.Labels))
						return &t
					}, krt.WithStop(stop), krt.WithName("brief"))
					runtime.Gosched()
					close(stop)
				default:
					c := w.get(rnd.IntN(8))
					c.index.Lookup("1")
					c.List()
				}
			}
		})
	}
	wg.Wait()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, c := range w.collections {
		if err := krt.WaitIdle(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	want := w.expected(sources)
	for i, c := range w.collections {
		if diff := cmp.Diff(want[i], index(c.List())); diff != "" {
			t.Errorf("collection %d of %v %+v mismatch (-want +got):\n%s", i, c.inputs, c.recipe, diff)
		}
		for group := range 3 {
			q := question{byGroup: true, group: fmt.Sprint(group)}
			if diff := cmp.Diff(index(q.answer(want[i])), index(c.index.Lookup(q.group))); diff != "" {
				t.Errorf("collection %d, group %d mismatch (-want +got):\n%s", i, group, diff)
			}
		}
	}
	for _, f := range followers {
		f.mu.Lock()
		if len(f.wrong) > 0 {
			t.Errorf("handler %s: %s", f.name, strings.Join(f.wrong, "\n"))
		}
		if diff := cmp.Diff(want[f.of], f.content); diff != "" {
			t.Errorf("handler %s mismatch (-want +got):\n%s", f.name, diff)
		}
		f.mu.Unlock()
	}
	close(w.stop)
}

// TestGlitchFree_oneVersionInEveryRun updates a source as fast as it can, while a
// graph of stacked diamonds hangs from it: no run may see two versions of the
// source, along whatever paths.
func TestGlitchFree_oneVersionInEveryRun(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	opts := func(name string) []krt.CollectionOption {
		return []krt.CollectionOption{krt.WithStop(stop), krt.WithName(name)}
	}
	source := krt.NewStaticCollection(nil, []thing{{Name: "x"}, {Name: "y"}}, opts("source")...)
	var mixed atomic.Int64
	top := krt.Collection[thing](source)
	for depth := range 4 {
		below := top
		left := krt.NewCollection(below, func(_ krt.HandlerContext, i thing) *thing { return &i }, opts(fmt.Sprint("left", depth))...)
		right := krt.NewCollection(below, func(ctx krt.HandlerContext, i thing) *thing {
			if got := krt.FetchOne(ctx, source, krt.FilterKey(i.Name)); got == nil || got.Value != i.Value {
				mixed.Add(1)
			}
			return &i
		}, opts(fmt.Sprint("right", depth))...)
		top = krt.NewCollection(left, func(ctx krt.HandlerContext, i thing) *thing {
			for _, o := range append(krt.Fetch(ctx, right), krt.Fetch(ctx, source, krt.FilterGeneric(func(any) bool { return true }))...) {
				if o.Value != i.Value {
					mixed.Add(1)
				}
			}
			return &i
		}, opts(fmt.Sprint("top", depth))...)
	}
	var events atomic.Int64
	top.RegisterBatch(func(es []krt.Event[thing]) {
		events.Add(1)
		for _, e := range es {
			if e.New.Value != es[0].New.Value {
				mixed.Add(1)
			}
		}
	}, false)
	const updates = 2000
	for i := range updates {
		source.Reset([]thing{{Name: "x", Value: uint64(i + 1)}, {Name: "y", Value: uint64(i + 1)}})
	}
	if err := krt.WaitIdle(t.Context(), top); err != nil {
		t.Fatal(err)
	}
	if got := top.GetKey("x").Value; got != updates {
		t.Errorf("top has version %d, want %d", got, updates)
	}
	if n := mixed.Load(); n > 0 {
		t.Errorf("%d reads mixed versions", n)
	}
	if n := events.Load(); n > updates+1 {
		t.Errorf("%d batches of events for %d updates", n, updates)
	}
}
