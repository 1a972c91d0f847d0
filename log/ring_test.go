// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/krtkit/krtkit/log"
)

func messages(lines []log.Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Message)
	}
	return strings.Join(all, " ")
}

func TestRing_keepsTheLatestLines(t *testing.T) {
	configure(t, nil)
	ring := log.NewRing(3)
	defer ring.Close()
	s := log.RegisterScope("ring", "")
	for i := range 5 {
		s.Info(i)
	}
	if got := messages(ring.Lines(log.Filter{})); got != "2 3 4" {
		t.Errorf("lines %s, want the last three", got)
	}
	ring.Close()
	s.Info("after")
	if got := messages(ring.Lines(log.Filter{})); got != "2 3 4" {
		t.Errorf("lines %s after Close, want those of before", got)
	}
}

func TestRing_linesHaveAllThatWasLogged(t *testing.T) {
	configure(t, nil)
	ring := log.NewRing(10)
	defer ring.Close()
	s := log.RegisterScope("ring", "")
	s.SetLogCallers(true)
	s.SetStackTraceLevel(log.ErrorLevel)
	s.WithLabels("msg", 1, "", 2).Errorw("m", "k", "v")
	log.Info("default")
	zap.L().Named("sub").Warn("zap", zap.Int("n", 1))
	b, err := json.Marshal(ring.Lines(log.Filter{}))
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	for _, line := range got {
		if line["time"] == nil {
			t.Errorf("line %v has no time", line)
		}
		delete(line, "time")
	}
	if caller, _ := got[0]["caller"].(string); !strings.HasPrefix(caller, "log/ring_test.go:") {
		t.Errorf("caller %q is not this file", caller)
	}
	if stack, _ := got[0]["stack"].(string); !strings.Contains(stack, "TestRing_linesHaveAllThatWasLogged") {
		t.Errorf("stack %q does not name this test", stack)
	}
	delete(got[0], "caller")
	delete(got[0], "stack")
	want := []map[string]any{
		{"level": "error", "scope": "ring", "msg": "m", "labels": map[string]any{"msg": 1.0, "": 2.0, "k": "v"}},
		{"level": "info", "scope": "default", "msg": "default"},
		{"level": "warn", "scope": "sub", "msg": "zap", "labels": map[string]any{"n": 1.0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	var back []log.Line
	if err := json.Unmarshal(b, &back); err != nil || back[0].Level != log.ErrorLevel {
		t.Errorf("reading lines back: %v, %v", back, err)
	}
}

func TestFilter_matches(t *testing.T) {
	line := log.Line{Scope: "a", Level: log.WarnLevel, Message: "Hello", Labels: json.RawMessage(`{"pod":"web-1"}`), Stack: "main.go"}
	for _, tt := range []struct {
		filter log.Filter
		want   bool
	}{
		{log.Filter{}, true},
		{log.Filter{Scopes: []string{"b", "a"}}, true},
		{log.Filter{Scopes: []string{"b"}}, false},
		{log.Filter{Level: log.WarnLevel}, true},
		{log.Filter{Level: log.DebugLevel}, true},
		{log.Filter{Level: log.ErrorLevel}, false},
		{log.Filter{Text: "hell"}, true},
		{log.Filter{Text: "WEB-1"}, true},
		{log.Filter{Text: "main.go"}, true},
		{log.Filter{Text: "web-2"}, false},
		{log.Filter{Scopes: []string{"a"}, Level: log.InfoLevel, Text: "h"}, true},
	} {
		if got := tt.filter.Match(line); got != tt.want {
			t.Errorf("%+v matches: %v, want %v", tt.filter, got, tt.want)
		}
	}
}

func TestRing_Tail_followsAndTellsWhatItMissed(t *testing.T) {
	configure(t, nil)
	synctest.Test(t, func(t *testing.T) {
		ring := log.NewRing(4)
		defer ring.Close()
		s := log.RegisterScope("tail", "")
		other := log.RegisterScope("tail-other", "")
		s.Info("0")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []string
		blocked, proceed := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for l, dropped := range ring.Tail(ctx, log.Filter{Scopes: []string{"tail"}}) {
				got = append(got, l.Message+"/"+strconv.Itoa(dropped))
				if l.Message == "slow" {
					close(blocked)
					<-proceed
				}
			}
		})
		synctest.Wait() // the lines of before are there
		s.Info("1")
		synctest.Wait()
		other.Info("not wanted")
		s.Info("slow")
		<-blocked
		for i := range 10 {
			s.Info(i)
		}
		close(proceed)
		synctest.Wait()
		cancel()
		wg.Wait()
		if diff := cmp.Diff([]string{"0/0", "1/0", "slow/0", "6/6", "7/0", "8/0", "9/0"}, got); diff != "" {
			t.Errorf("message/dropped (-want +got):\n%s", diff)
		}
	})
}

func TestRing_Tail_mayBeLeft(t *testing.T) {
	configure(t, nil)
	ring := log.NewRing(0) // keeps one
	defer ring.Close()
	log.RegisterScope("tail", "").Info("m")
	for l := range ring.Tail(t.Context(), log.Filter{}) {
		if l.Message != "m" {
			t.Errorf("message %q", l.Message)
		}
		break
	}
}

func TestObserve_endsWithStop(t *testing.T) {
	configure(t, nil)
	s := log.RegisterScope("observed", "")
	var a, b int
	stopA := log.Observe(func(log.Line) { a++ })
	stopB := log.Observe(func(log.Line) { b++ })
	s.Info("m")
	stopA()
	stopA()
	s.Info("m")
	stopB()
	s.Info("m")
	if a != 1 || b != 2 {
		t.Errorf("observers were called %d and %d times, want once and twice", a, b)
	}
}
