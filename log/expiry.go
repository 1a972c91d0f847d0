// SPDX-License-Identifier: Apache-2.0

package log

import (
	"sync"
	"time"
)

// expiry is a level that holds for a while.
type expiry struct {
	mu    sync.Mutex
	timer *time.Timer // guarded by mu: nil if the level is there to stay
	back  Level       // guarded by mu: the level to go back to
	at    time.Time   // guarded by mu: when
}

// SetOutputLevel makes the scope write lines of level l and of those below it. A level
// that holds for a while ([Scope.SetOutputLevelFor]) is forgotten.
func (s *Scope) SetOutputLevel(l Level) {
	e := &s.settings.expiry
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end()
	s.settings.output.Store(int32(l))
}

// SetOutputLevelFor makes the scope write lines of level l and of those below it until d
// has passed, and then those that it did before: debugging for five minutes, which nobody
// has to remember to end. If such a time is running, it ends with the new one, and the
// level to go back to stays. With a d of 0 or less nothing changes.
func (s *Scope) SetOutputLevelFor(l Level, d time.Duration) {
	if d <= 0 {
		return
	}
	e := &s.settings.expiry
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer == nil {
		e.back = s.GetOutputLevel()
	} else {
		e.end()
	}
	s.settings.output.Store(int32(l))
	e.at = time.Now().Add(d)
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.timer == timer { // or another call was faster
			s.settings.output.Store(int32(e.back))
			e.end()
		}
	})
	e.timer = timer
}

// OutputLevelExpiry returns when the level of the scope ends, and which one follows. The
// time is zero if the level is there to stay.
func (s *Scope) OutputLevelExpiry() (at time.Time, next Level) {
	e := &s.settings.expiry
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer == nil {
		return time.Time{}, s.GetOutputLevel()
	}
	return e.at, e.back
}

// end forgets the level to go back to. The caller holds mu.
func (e *expiry) end() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}
