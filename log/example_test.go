// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/krtkit/krtkit/log"
)

// at is a fixed time for examples, whose output must not change.
var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func Example() {
	scope := log.RegisterScope("webhook", "admission webhook")
	if err := log.Configure(log.DefaultOptions()); err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()

	scope.WithLabels("pod", "web-1").LogWithTime(log.InfoLevel, "admitted", at)
	scope.Debug("not written: the scope is at info")
	// Output:
	// 2026-01-02T03:04:05.000000Z	info	webhook	admitted	pod=web-1
}

func ExampleNewSlogHandler() {
	opts := log.DefaultOptions()
	opts.JSONEncoding = true
	if err := log.Configure(opts); err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()

	// A library that knows only log/slog; Configure has made the default logger one
	// that writes to scopes.
	logger := slog.Default().With("scope", "krt")
	record := slog.NewRecord(at, slog.LevelWarn, "slow handler", 0)
	record.Add("err", errors.New("timeout"))
	_ = logger.Handler().Handle(context.Background(), record)

	log.FindScope("krt").SetOutputLevel(log.ErrorLevel) // at any time
	logger.Warn("not written any more")
	// Output:
	// {"level":"warn","time":"2026-01-02T03:04:05.000000Z","scope":"krt","msg":"slow handler","err":"timeout"}
}

func ExampleRing() {
	if err := log.Configure(&log.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	ring := log.NewRing(100)
	defer ring.Close()

	scope := log.RegisterScope("viewed", "")
	scope.Infow("admitted", "pod", "web-1")
	scope.Warnw("refused", "pod", "web-2")
	for line := range ring.Tail(context.Background(), log.Filter{Level: log.WarnLevel, Text: "web"}) {
		fmt.Println(line.Level, line.Scope, line.Message, string(line.Labels))
		break // or wait for more
	}
	// Output: warn viewed refused {"pod":"web-2"}
}

func ExampleScope_LogAttrs() {
	scope := log.RegisterScope("typed", "")
	dump := log.Lazy(func() any { fmt.Println("made"); return "…" })
	write := func() {
		scope.LogAttrs(context.Background(), log.DebugLevel, "served", slog.Int("port", 9443), slog.Any("dump", dump))
	}
	if err := log.Configure(&log.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()

	write() // not written, and nothing is made for it
	scope.SetOutputLevelFor(log.DebugLevel, 5*time.Minute)
	write()
	// Output: made
}

func ExampleParseLevel() {
	level, err := log.ParseLevel("debug")
	fmt.Println(level, err)
	_, err = log.ParseLevel("verbose")
	fmt.Println(err)
	// Output:
	// debug <nil>
	// invalid log level "verbose": want one of none, fatal, error, warn, info, debug
}
