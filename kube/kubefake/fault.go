// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// errCut is what clients get where a connection breaks on purpose.
var errCut = fmt.Errorf("kubefake: connection cut on purpose: %w", syscall.ECONNRESET)

// Fault is something that a server does wrong on purpose until it is stopped or used up. Several that concern one request
// act in the order in which they were made. Its methods are safe for concurrent use.
type Fault struct {
	set   *faultSet
	match Match

	moment  moment
	act     func(ctx context.Context) error      // what it does then; an error takes the place of what would follow
	due     func(changes int, initial bool) bool // whether it acts on this event of a watch; nil for all
	stopped chan struct{}

	// The following are guarded by set.mu.
	left  int // how many more requests it concerns; negative for no limit
	count int
	next  chan struct{} // closed when count changes
	over  bool
}

// moment is when a fault acts.
type moment int

const (
	beforeRequest  moment = iota // before a request is carried out
	beforeResponse               // after that
	beforeEvent                  // before a watch tells of an object
)

// Count returns how often the fault has acted.
func (f *Fault) Count() int {
	f.set.mu.Lock()
	defer f.set.mu.Unlock()
	return f.count
}

// Wait waits until the fault has acted n times in all, or returns the context's error.
func (f *Fault) Wait(ctx context.Context, n int) error {
	for {
		f.set.mu.Lock()
		count, next := f.count, f.next
		f.set.mu.Unlock()
		if count >= n {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("kubefake: fault has acted %d of %d times: %w", count, n, ctx.Err())
		}
	}
}

// Stop ends the fault. Requests and watches that it keeps waiting go on. It may be called more than once.
func (f *Fault) Stop() {
	f.set.mu.Lock()
	defer f.set.mu.Unlock()
	f.set.remove(f)
	if !f.over {
		f.over = true
		close(f.stopped)
	}
}

// take counts one action. It is false when the fault is stopped or used up.
func (f *Fault) take() bool {
	f.set.mu.Lock()
	defer f.set.mu.Unlock()
	if f.over || f.left == 0 {
		return false
	}
	f.count++
	close(f.next)
	f.next = make(chan struct{})
	if f.left--; f.left == 0 {
		f.set.remove(f)
	}
	return true
}

// pause waits for some time, forever if that is negative, unless the fault is stopped first.
func (f *Fault) pause(ctx context.Context, d time.Duration) error {
	var after <-chan time.Time
	if d >= 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
	case <-f.stopped:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// faultSet is the faults that a server has at present.
type faultSet struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*Fault] // written under mu; the slice never changes
}

// add makes a fault for the next n requests that match, for all if n is negative.
func (s *faultSet) add(n int, f *Fault) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.set, f.left, f.next, f.stopped = s, n, make(chan struct{}), make(chan struct{})
	if n != 0 {
		list := append(slices.Clone(s.all()), f)
		s.list.Store(&list)
	}
	return f
}

func (s *faultSet) all() []*Fault {
	if p := s.list.Load(); p != nil {
		return *p
	}
	return nil
}

// remove takes a fault out. The caller holds the lock.
func (s *faultSet) remove(f *Fault) {
	list := slices.DeleteFunc(slices.Clone(s.all()), func(other *Fault) bool { return other == f })
	s.list.Store(&list)
}

// FailNext lets the next n requests that match fail, without being carried out. An error of apierrors is what the server
// answers, with a Retry-After header if the error suggests a delay, which client-go obeys; any other error breaks the
// connection and is what clients of [Server.Transport] get.
//
//	server.FailNext(2, kubefake.Match{Verb: "update", Resource: "pods"}, apierrors.NewInternalError(errors.New("no")))
func (s *Server) FailNext(n int, m Match, err error) *Fault {
	return s.faults.add(max(n, 0), &Fault{match: m, act: func(context.Context) error { return err }})
}

// LoseNext carries the next n requests that match out and then breaks the connection, so that their clients cannot know
// what has happened.
func (s *Server) LoseNext(n int, m Match) *Fault {
	return s.faults.add(max(n, 0), &Fault{match: m, moment: beforeResponse, act: cut})
}

// Delay lets every request that matches wait for some time before it is carried out.
func (s *Server) Delay(m Match, d time.Duration) *Fault {
	f := &Fault{match: m}
	f.act = func(ctx context.Context) error { return f.pause(ctx, max(d, 0)) }
	return s.faults.add(-1, f)
}

// Hold lets every request that matches wait before it is carried out, until [Fault.Stop]. With [Fault.Wait] a test sees
// that they are there.
func (s *Server) Hold(m Match) *Fault {
	f := &Fault{match: m}
	f.act = func(ctx context.Context) error { return f.pause(ctx, -1) }
	return s.faults.add(-1, f)
}

// SlowWatches lets each event of watches that match, also of those that run already, wait for some time after the one
// before, so that their clients fall behind. Bookmarks do not wait. Together with [Server.Delay] and the UserAgent of a
// Match it slows one client down.
func (s *Server) SlowWatches(m Match, d time.Duration) *Fault {
	f := &Fault{match: m, moment: beforeEvent}
	f.act = func(ctx context.Context) error { return f.pause(ctx, max(d, 0)) }
	return s.faults.add(-1, f)
}

// CutWatchesEvery breaks the connection of every watch that matches in the middle of an event: the one after n changes,
// counted from now in watches that run already. What was there when a watch began is no change, so a watch that starts
// again gets further unless n is 0.
func (s *Server) CutWatchesEvery(n int, m Match) *Fault {
	return s.faults.add(-1, &Fault{match: m, moment: beforeEvent, act: cut, due: after(n)})
}

// ExpireWatchesEvery ends every watch that matches with 410 Gone as an error event, in the place of the change after n
// changes, counted as [Server.CutWatchesEvery] does. Clients have to list again then.
func (s *Server) ExpireWatchesEvery(n int, m Match) *Fault {
	return s.faults.add(-1, &Fault{
		match: m, moment: beforeEvent, due: after(n),
		act: func(context.Context) error { return s.expired() },
	})
}

func after(n int) func(int, bool) bool {
	return func(changes int, initial bool) bool { return !initial && changes >= n }
}

func cut(context.Context) error { return errCut }

// CutWatches breaks the connections of the watches that match and run at present, and returns how many those are.
// Events that are on their way may be lost.
func (s *Server) CutWatches(m Match) int { return s.watches.end(m, (*openWatch).cut) }

// ExpireWatches ends the watches that match and run at present with 410 Gone as an error event, and returns how many those
// are. A watch that begins with 410 comes from [Server.Compact], or from FailNext with apierrors.NewResourceExpired.
func (s *Server) ExpireWatches(m Match) int {
	err := s.expired()
	return s.watches.end(m, func(w *openWatch) { w.ending <- err })
}

func (s *Server) expired() error {
	return apierrors.NewResourceExpired(fmt.Sprintf("kubefake: watch expired on purpose at resource version %d", s.handler.Store().Version()))
}
