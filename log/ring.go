// SPDX-License-Identifier: Apache-2.0

package log

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Ring keeps the latest lines of the process in memory, for viewers. [NewRing] makes
// one.
type Ring struct {
	stop func()

	mu    sync.Mutex
	lines []Line        // guarded by mu: line n is at n modulo the length
	next  int           // guarded by mu: the number of the next line
	wake  chan struct{} // guarded by mu: closed with the next line; nil if nobody waits
}

// NewRing returns a ring that keeps the latest lines from now on, at least one. It costs
// memory for that many, and time with each line, until [Ring.Close].
func NewRing(lines int) *Ring {
	r := &Ring{lines: make([]Line, max(lines, 1))}
	r.stop = Observe(r.add)
	return r
}

func (r *Ring) add(line Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines[r.next%len(r.lines)] = line
	r.next++
	if r.wake != nil {
		close(r.wake)
		r.wake = nil
	}
}

// Close makes the ring keep what it has. It may be called more than once.
func (r *Ring) Close() { r.stop() }

// Filter says which lines a viewer wants. The zero value wants all.
type Filter struct {
	// Scopes are the names of scopes; empty for all.
	Scopes []string
	// Level is the least important level; [NoneLevel] for all.
	Level Level
	// Text must be in the message, the labels as JSON or the stack trace; small and
	// capital letters are the same.
	Text string
}

// Match reports whether the filter wants the line.
func (f Filter) Match(l Line) bool {
	if f.Level != NoneLevel && l.Level > f.Level || len(f.Scopes) > 0 && !slices.Contains(f.Scopes, l.Scope) {
		return false
	}
	if f.Text == "" {
		return true
	}
	text := strings.ToLower(f.Text)
	return strings.Contains(strings.ToLower(l.Message), text) ||
		bytes.Contains(bytes.ToLower(l.Labels), []byte(text)) ||
		strings.Contains(strings.ToLower(l.Stack), text)
}

// Lines returns the lines that are kept and wanted, the oldest first.
func (r *Ring) Lines(f Filter) []Line {
	var lines []Line
	kept, _, _ := r.from(0, false)
	for _, l := range kept {
		if f.Match(l) {
			lines = append(lines, l)
		}
	}
	return lines
}

// Tail returns the lines that are kept, and then those that come, until ctx is done; of
// both, those that f wants. With each comes the number of lines, wanted or not, that were
// dropped before it because the caller was slower than the log: nobody waits for a
// viewer. After Close no lines come, but Tail still waits for ctx.
//
// It starts no goroutine. The sequence can be used more than once, and by several
// goroutines.
func (r *Ring) Tail(ctx context.Context, f Filter) iter.Seq2[Line, int] {
	return func(yield func(Line, int) bool) {
		next, dropped := -1, 0
		for {
			lines, first, wake := r.from(next, true)
			if next >= 0 {
				dropped += first - next
			}
			next = first + len(lines)
			for _, l := range lines {
				if ctx.Err() != nil {
					return
				}
				if f.Match(l) {
					if !yield(l, dropped) {
						return
					}
					dropped = 0
				}
			}
			if wake == nil {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-wake:
			}
		}
	}
}

// from returns the lines that are kept from number n on, and the number of the first. If
// there are none and wait is set, it returns what is closed when there is one.
func (r *Ring) from(n int, wait bool) (lines []Line, first int, wake <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first = max(n, r.next-len(r.lines), 0)
	for i := first; i < r.next; i++ {
		lines = append(lines, r.lines[i%len(r.lines)])
	}
	if len(lines) == 0 && wait {
		if r.wake == nil {
			r.wake = make(chan struct{})
		}
		wake = r.wake
	}
	return lines, first, wake
}
