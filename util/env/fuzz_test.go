// SPDX-License-Identifier: Apache-2.0

package env_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/krtkit/krtkit/util/env"
)

// FuzzRead reads any text as a value of every type: it is an error and the default, or a
// value whose text reads as the same value.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"", "a", "1", "-1.5e9", "true", "1h", `"x"`, `"`, "null", `{"low":1}`, "10.0.0.1", "red", "\xff", "NaN", strings.Repeat("[", 100)} {
		f.Add(text)
	}
	before := slog.Default()
	f.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\x00") {
			t.Skip("no environment can have it")
		}
		t.Setenv("ENV_FUZZ", text)
		read(t, "a")
		read(t, true)
		read(t, 7)
		read(t, 1.5)
		read(t, time.Second)
		read(t, mode("m"))
		read(t, colour(1))
		read(t, netip.IPv6Loopback())
		read(t, int8(3))
		read(t, limits{1, 2})
		read(t, any("a"))
	})
}

func read[T env.Parseable](t *testing.T, def T) {
	t.Helper()
	v := env.Register("ENV_FUZZ", def, "is fuzzed")
	got, set, err := v.Read()
	if !set {
		t.Fatalf("%T: it is not set", def)
	}
	if err != nil {
		if !same(got, def) || !strings.Contains(err.Error(), "ENV_FUZZ") {
			t.Fatalf("%T: %v, error %v; want the default and an error that names the variable", def, got, err)
		}
		return
	}
	again := env.Register("ENV_FUZZ", got, "is fuzzed")
	t.Setenv("ENV_FUZZ", again.DefaultValue)
	if second, _, err := v.Read(); err != nil || !same(got, second) {
		t.Fatalf("%T: %v is written as %q and read as %v, error %v", def, got, again.DefaultValue, second, err)
	}
}

// same compares also what has no equal, such as NaN.
func same[T any](a, b T) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }
