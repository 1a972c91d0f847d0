// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/test/leak"
)

// patience is how long a graph may take to become idle, or to be seen as of one
// moment.
const patience = time.Minute

// Run builds the random graph of a seed, changes it from several goroutines, and
// fails the test if anything is not as it must be. It takes some milliseconds.
func Run(t *testing.T, seed uint64) {
	t.Helper()
	left := leak.Mark()
	w := newWorld(t)
	defer func() {
		w.end()
		if stacks := left(); stacks != "" {
			t.Errorf("goroutines are left:\n%s", stacks)
		}
	}()
	rnd := rand.New(rand.NewPCG(seed, 0))
	late := newGate()
	sources := []*source{
		w.addStatic(rnd, nil), w.addStatic(rnd, nil), w.addStatic(rnd, late),
		w.addStaticSingleton(), w.addChannel(), w.addInformer(),
	}
	for range 10 {
		w.grow(rnd)
	}
	var followers followers
	for _, n := range w.all() {
		followers.add(follow(n, true))
	}

	var wg sync.WaitGroup
	for i, s := range sources {
		d := seeded(seed, uint64(i)+1)
		wg.Go(func() {
			for range 50 {
				s.change(d)
			}
		})
	}
	for i := range 2 {
		d := seeded(seed, uint64(i)+100)
		wg.Go(func() {
			for range 40 {
				w.disturb(d, &followers)
			}
		})
	}
	wg.Go(func() {
		for range 100 {
			runtime.Gosched()
		}
		late.open()
	})
	wg.Wait()
	w.settle(sources, &followers)
}

// disturb does anything that a program may do to a running graph but change its
// sources.
func (w *world) disturb(d dice, fs *followers) {
	n := w.pick(d)
	switch d.IntN(16) {
	case 0:
		if len(w.all()) < 30 {
			w.grow(d)
		}
	case 1, 2:
		fs.add(follow(n, true))
	case 3:
		fs.add(follow(n, false))
	case 4, 5: // a handler that comes and goes
		f := follow(n, d.IntN(2) == 0)
		runtime.Gosched()
		f.reg.UnregisterHandler()
		f.reg.UnregisterHandler()
	case 6, 7: // a collection that comes and goes
		stop := make(chan struct{})
		other, q := w.pick(d), drawQuestion(d, 0)
		krt.NewCollection(n.c, func(ctx krt.HandlerContext, t thing) *thing {
			q.ask(ctx, other)
			return &t
		}, krt.WithStop(stop), krt.WithName("comes and goes"))
		for range d.IntN(3) {
			runtime.Gosched()
		}
		close(stop)
	case 8, 9:
		w.haltSome(d)
	case 10, 11:
		w.changeMembers(d)
	case 12:
		w.changeExternal(d)
	case 13:
		w.look()
	default:
		n.index.Lookup("1")
		n.c.ListFiltered(func(t thing) bool { return t.Value%2 == 0 })
		n.c.GetKey("1")
	}
}

// look takes a view of the graph, in which everything must fit.
func (w *world) look() {
	nodes := w.all()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	view, err := krt.NewView(ctx, w.syncers()...)
	if err != nil {
		w.fail("%v", err)
		return
	}
	for _, wrong := range w.inspect(nodes, view, false) {
		w.fail("in a view: %s", wrong)
	}
}

// settle waits until the graph is idle and reports what is wrong with it.
func (w *world) settle(sources []*source, fs *followers) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := krt.WaitIdle(ctx, w.syncers()...); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range sources {
		if diff := cmp.Diff(s.content, byName(s.node.c.List())); diff != "" {
			w.t.Errorf("node %v mismatch (-want +got):\n%s", s.node, diff)
		}
	}
	for _, wrong := range w.inspect(w.all(), krt.TestingDummyContext{}, true) {
		w.t.Error(wrong)
	}
	for _, wrong := range fs.inspect() {
		w.t.Error(wrong)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wrong := range w.wrong {
		w.t.Error(wrong)
	}
	w.wrong = nil
}

// end stops everything.
func (w *world) end() {
	close(w.stop)
	for _, n := range w.all() {
		if n.stop != nil {
			n.stop.now()
		}
	}
}

// followers are those of a graph.
type followers struct {
	mu  sync.Mutex
	all []*follower
}

func (fs *followers) add(f *follower) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.all = append(fs.all, f)
}

func (fs *followers) inspect() []string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var wrong []string
	for _, f := range fs.all {
		wrong = append(wrong, f.inspect()...)
	}
	return wrong
}
