// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"
)

// SetRateLimit makes the scope, with all that is derived from it, write at most that many
// lines in any period that begins with a line; no limit, if lines or per are 0 or less,
// which is the default. Fatal lines are always written. When a period in which lines were
// held back is over, and before [Sync], the scope says how many there were:
//
//	2026-01-02T03:04:05.000000Z	warn	webhook	suppressed 41 lines
//
// at the level of the most important of them.
func (s *Scope) SetRateLimit(lines int, per time.Duration) {
	var l *limiter
	if lines > 0 && per > 0 {
		l = &limiter{settings: s.settings, lines: lines, per: per}
	}
	s.settings.limiter.Swap(l).report()
}

// GetRateLimit returns what was set by [Scope.SetRateLimit]; zeros if there is no limit.
func (s *Scope) GetRateLimit() (lines int, per time.Duration) {
	if l := s.settings.limiter.Load(); l != nil {
		return l.lines, l.per
	}
	return 0, 0
}

// admits reports whether a line of an enabled level may be written now.
func (s *settings) admits(l Level) bool {
	limiter := s.limiter.Load()
	return limiter == nil || l == FatalLevel || limiter.admits(l)
}

// limiter holds back lines of a scope that has too many. A nil limiter does nothing.
type limiter struct {
	settings *settings
	lines    int
	per      time.Duration

	mu         sync.Mutex
	begin      time.Time   // guarded by mu: of the period
	written    int         // guarded by mu: lines in the period
	suppressed int         // guarded by mu: lines that were not told of
	level      Level       // guarded by mu: the most important of those
	timer      *time.Timer // guarded by mu: tells of them; nil if there are none
}

func (l *limiter) admits(level Level) bool {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.begin) >= l.per {
		l.begin, l.written = now, 0
	}
	admitted := l.written < l.lines
	if admitted {
		l.written++
	} else {
		if l.suppressed == 0 {
			l.level = level
			l.timer = time.AfterFunc(l.begin.Add(l.per).Sub(now), l.report)
		}
		l.level = min(l.level, level)
		l.suppressed++
	}
	return admitted
}

// report writes how many lines were held back and not told of, if there are any.
func (l *limiter) report() {
	if l == nil {
		return
	}
	l.mu.Lock()
	n, level := l.suppressed, l.level
	l.suppressed = 0
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.mu.Unlock()
	if n == 0 {
		return
	}
	e := zapcore.Entry{Level: level.zap(), Time: time.Now(), LoggerName: l.settings.column(), Message: fmt.Sprintf("suppressed %d lines", n)}
	if n == 1 {
		e.Message = "suppressed 1 line"
	}
	emit(&e, nil)
}
