// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	stdlog "log"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
)

func TestConfigure_takesOverStandardLog(t *testing.T) {
	stdlog.SetFlags(stdlog.LstdFlags)
	stdlog.SetPrefix("prefix")
	l := configure(t, nil)
	stdlog.Println("a", 1)
	stdlog.Print("several\nlines\n")
	s := log.FindScope(log.DefaultScopeName)
	s.SetOutputLevel(log.WarnLevel)
	stdlog.Println("not at info")
	s.SetOutputLevel(log.InfoLevel)
	if diff := cmp.Diff("info\ta 1\ninfo\tseveral\nlines\n", withoutTimes(l.text())); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestConfigure_takesOverZap(t *testing.T) {
	l := configure(t, nil)
	s := log.FindScope(log.DefaultScopeName)
	kept := zap.L().With(zap.String("k", "v"))
	kept.Info("zap", zap.Duration("d", time.Second), zap.Namespace("n"), zap.Time("t", time.Unix(0, 0)))
	zap.S().Named("sub").Warn("named")
	zap.L().Debug("not at info")
	s.SetOutputLevel(log.DebugLevel)
	zap.L().Debug("at debug")
	s.SetOutputLevel(log.ErrorLevel)
	zap.L().Warn("not at error")
	s.SetOutputLevel(log.InfoLevel)
	want := []string{
		"info\tzap\t" + `{"k": "v", "d": "1s", "n": {"t": "1970-01-01T00:00:00.000000Z"}}`,
		"warn\tsub\tnamed",
		"debug\tat debug",
	}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("plain (-want +got):\n%s", diff)
	}

	l = configure(t, asJSON)
	kept.Info("zap", zap.Int("n", 1), zap.Int("msg", 2), zap.Namespace("ns"), zap.Int("level", 3))
	got := l.object()
	delete(got, "time")
	if diff := cmp.Diff(map[string]any{"level": "info", "msg": "zap", "k": "v", "n": 1.0, "msg_": 2.0, "ns": map[string]any{"level": 3.0}}, got); diff != "" {
		t.Errorf("JSON of a logger that was made under another configuration (-want +got):\n%s", diff)
	}
	if err := kept.Sync(); err != nil {
		t.Errorf("Sync: %v", err)
	}
}
