// SPDX-License-Identifier: Apache-2.0

package graph

// Task is something that is ready to run.
type Task interface {
	// Run does it and returns a task that became ready by that, or nil.
	Run() Task
}

// work runs a task, and what that makes ready, and so on. It is what goroutines
// are started with.
func work(t Task) {
	growStack(0)
	for t != nil {
		t = t.Run()
	}
}

// growStack makes room on the stack of a new goroutine while there is next to
// nothing on it that would have to be moved. Without it, a short task spends half
// its time on that, deep down in a transformation.
//
//go:noinline
func growStack(i int) byte {
	var room [12 << 10]byte
	room[i] = 1 // or else there would be none
	return room[len(room)-1-i]
}

// Unlock releases the lock and starts what became ready.
func (g *Graph) Unlock() {
	if t := g.UnlockNext(); t != nil {
		begin(t)
	}
}

// begin gives a task a goroutine.
func begin(t Task) {
	if n, ok := t.(*Node); ok {
		go n.work() // which allocates nothing, as a call with arguments does
		return
	}
	go work(t)
}

// startInline is how many goroutines a caller starts itself; more of them are
// started by a goroutine of their own, so that a commit does not wait for it.
const startInline = 3

// UnlockNext is Unlock for a caller that can run one of the ready tasks itself:
// it starts all but one, the one that came first, and returns that.
func (g *Graph) UnlockNext() Task {
	if g.unsettled == 0 && g.busy == 0 {
		g.tellIdle()
	}
	if len(g.ready) == 0 {
		g.mu.Unlock()
		return nil
	}
	next := g.ready[0]
	if len(g.ready) == 1 {
		g.ready[0] = nil
		g.ready = g.ready[:0]
		g.mu.Unlock()
		return next
	}
	more := g.ready[1:]
	g.ready = nil
	g.mu.Unlock()
	if len(more) > startInline {
		go start(more)
	} else {
		start(more)
	}
	return next
}

func start(tasks []Task) {
	for _, t := range tasks {
		begin(t)
	}
}
