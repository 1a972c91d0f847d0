// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

// untimedLines returns the lines of a text without their times.
func untimedLines(text string) []string {
	return strings.Split(strings.TrimSuffix(withoutTimes(text), "\n"), "\n")
}

func TestSetRateLimit_saysWhatItHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		if err := log.Configure((&log.Options{}).WithWriter(&text)); err != nil {
			t.Fatal(err)
		}
		defer log.ForgetScopes()
		defer log.Close()
		log.SetExit(t, func(int) {})
		s := log.RegisterScope("limited", "")
		s.SetRateLimit(2, time.Second)
		if lines, per := s.GetRateLimit(); lines != 2 || per != time.Second {
			t.Errorf("limit %d per %v, want 2 per second", lines, per)
		}
		for _, msg := range []string{"a", "b", "held back"} {
			s.Info(msg)
		}
		s.WithLabels("k", "v").Error("held back")
		s.Slog().Warn("held back")
		s.LogAttrs(t.Context(), log.InfoLevel, "held back", slog.Int("k", 1))
		s.Fatal("always")
		time.Sleep(time.Second)
		synctest.Wait()
		s.Info("c")
		s.Info("d")
		s.Info("held back")
		if err := log.Sync(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // nothing more to say
		s.Info("e")
		s.SetRateLimit(0, 0)
		for range 3 {
			s.Info("f")
		}
		want := []string{
			"info\tlimited\ta", "info\tlimited\tb", "fatal\tlimited\talways", "error\tlimited\tsuppressed 4 lines",
			"info\tlimited\tc", "info\tlimited\td", "info\tlimited\tsuppressed 1 line",
			"info\tlimited\te", "info\tlimited\tf", "info\tlimited\tf", "info\tlimited\tf",
		}
		if diff := cmp.Diff(want, untimedLines(text.String())); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if lines, per := s.GetRateLimit(); lines != 0 || per != 0 {
			t.Errorf("limit %d per %v, want none", lines, per)
		}
	})
}

func TestSetRateLimit_theCountIsWrittenBeforeTheProcessEnds(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("limited-fatal", "")
	s.SetRateLimit(1, time.Hour)
	for range 3 {
		s.Info("m")
	}
	log.SetExit(t, func(int) {
		want := []string{"info\tlimited-fatal\tm", "fatal\tlimited-fatal\tthe end", "info\tlimited-fatal\tsuppressed 2 lines"}
		if diff := cmp.Diff(want, l.untimed()); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	})
	s.Fatal("the end")
}

func TestSetOutputLevelFor_goesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer log.ForgetScopes()
		s := log.RegisterScope("for-a-while", "")
		expect := func(level log.Level, left time.Duration, next log.Level) {
			t.Helper()
			at, got := s.OutputLevelExpiry()
			gotLeft := time.Until(at)
			if at.IsZero() {
				gotLeft = 0
			}
			if s.GetOutputLevel() != level || gotLeft != left || got != next {
				t.Errorf("level %v for %v, then %v; want %v for %v, then %v", s.GetOutputLevel(), gotLeft, got, level, left, next)
			}
		}
		s.SetOutputLevelFor(log.DebugLevel, 0)
		expect(log.InfoLevel, 0, log.InfoLevel)
		s.SetOutputLevelFor(log.DebugLevel, 5*time.Minute)
		expect(log.DebugLevel, 5*time.Minute, log.InfoLevel)
		time.Sleep(4 * time.Minute)
		s.WithLabels("k", "v").SetOutputLevelFor(log.WarnLevel, 2*time.Minute) // the last one counts
		time.Sleep(90 * time.Second)
		synctest.Wait()
		expect(log.WarnLevel, 30*time.Second, log.InfoLevel)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		expect(log.InfoLevel, 0, log.InfoLevel)

		s.SetOutputLevelFor(log.DebugLevel, time.Minute)
		s.SetOutputLevel(log.ErrorLevel) // forgets the level to go back to
		time.Sleep(time.Hour)
		synctest.Wait()
		expect(log.ErrorLevel, 0, log.ErrorLevel)
	})
}
