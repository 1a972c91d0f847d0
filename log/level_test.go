// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"testing"

	"github.com/krtkit/krtkit/log"
)

func TestLevel_namesAreRead(t *testing.T) {
	for name, level := range map[string]log.Level{
		"none": log.NoneLevel, "fatal": log.FatalLevel, "error": log.ErrorLevel,
		"warn": log.WarnLevel, "info": log.InfoLevel, "debug": log.DebugLevel,
	} {
		if got, err := log.ParseLevel(name); got != level || err != nil {
			t.Errorf("ParseLevel(%q) = %v, %v, want %d", name, got, err, level)
		}
		if got := log.StringToLevel(name); got != level {
			t.Errorf("StringToLevel(%q) = %v, want %d", name, got, level)
		}
		if got := log.LevelToString(level); got != name || level.String() != name {
			t.Errorf("LevelToString(%d) = %q, String() = %q, want %q", level, got, level, name)
		}
	}
}

func TestParseLevel_unknownNameIsAnError(t *testing.T) {
	for _, name := range []string{"", "Info", "warning", " info"} {
		if got, err := log.ParseLevel(name); err == nil {
			t.Errorf("ParseLevel(%q) = %v, want an error", name, got)
		}
		if got := log.StringToLevel(name); got != log.NoneLevel {
			t.Errorf("StringToLevel(%q) = %v, want none", name, got)
		}
	}
}

func TestLevelToString_unknownLevelIsEmpty(t *testing.T) {
	for _, level := range []log.Level{-1, 6} {
		if got := log.LevelToString(level); got != "" {
			t.Errorf("LevelToString(%d) = %q, want \"\"", int(level), got)
		}
	}
	if got, want := log.Level(6).String(), "Level(6)"; got != want {
		t.Errorf("Level(6).String() = %q, want %q", got, want)
	}
}
