// SPDX-License-Identifier: Apache-2.0

package env_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/env"
)

// mode is a type whose kind is string.
type mode string

// colour is a number that is written as a word.
type colour int

func (c colour) MarshalText() ([]byte, error) { return []byte([]string{"red", "blue"}[c]), nil }

func (c *colour) UnmarshalText(text []byte) error {
	i := slices.Index([]string{"red", "blue"}, string(text))
	if i < 0 {
		return errors.New("no colour")
	}
	*c = colour(i)
	return nil
}

type limits struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// logged returns what is logged during the test.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	var b bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	return &b
}

var runs atomic.Int64

// fresh returns a name that no earlier run of a test has registered.
func fresh(name string) string { return fmt.Sprintf("%s_%d", name, runs.Add(1)) }

func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // restores it
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

// check compares what a variable reads with what is wanted.
func check[T env.Parseable](t *testing.T, name string, def T, values map[string]T, bad ...string) {
	t.Helper()
	name = fresh(name)
	v := env.Register(name, def, "is for tests")
	unset(t, name)
	if got, set := v.Lookup(); got != def || set || v.IsSet() || v.Get() != def {
		t.Errorf("%s: unset, it reads %v, %v; want %v, false", name, got, set, def)
	}
	if v.GetName() != name {
		t.Errorf("GetName() = %q, want %q", v.GetName(), name)
	}
	values[v.DefaultValue] = def
	for text, want := range values {
		t.Setenv(name, text)
		if got, set, err := v.Read(); got != want || !set || err != nil || v.Get() != want || !v.IsSet() {
			t.Errorf("%s=%q reads %v, %v, %v; want %v, true, nil", name, text, got, set, err, want)
		}
	}
	for _, text := range bad {
		t.Setenv(name, text)
		log := logged(t)
		if got, set := v.Lookup(); got != def || !set || v.Get() != def || !v.IsSet() {
			t.Errorf("%s=%q reads %v, %v; want the default, true", name, text, got, set)
		}
		if _, _, err := v.Read(); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
			t.Errorf("%s=%q: error %v does not name them", name, text, err)
		}
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "scope=env") {
			t.Errorf("%s=%q: %d lines are logged, want 1:\n%s", name, text, n, log)
		}
	}
}

func TestRegister_readsEveryType(t *testing.T) {
	check(t, "ENV_STRING", "def", map[string]string{"": "", " a b ": " a b ", `"q"`: `"q"`, "null": "null"})
	check(t, "ENV_BOOL", true, map[string]bool{"0": false, "TRUE": true, "f": false}, "", "yes", "2")
	check(t, "ENV_INT", 7, map[string]int{"-3": -3, "+4": 4}, "", "1.5", "0x10", "99999999999999999999")
	check(t, "ENV_FLOAT", 1.5e-9, map[string]float64{"1e3": 1000, "-Inf": math.Inf(-1)}, "", "1,5", "1e999")
	check(t, "ENV_DURATION", 90*time.Second, map[string]time.Duration{"1h": time.Hour, "-5ms": -5 * time.Millisecond}, "", "5", "1 h")
	check(t, "ENV_INT32", int32(5), map[string]int32{"8": 8}, "", "x", "1.5", "2147483648", "null", "1 2")
	check(t, "ENV_STRUCT", limits{1, 2}, map[string]limits{`{"low":3}`: {Low: 3}}, "", `{"low":"3"}`, "{}{}", "null")
	check(t, "ENV_ANYTHING", any("a"), map[string]any{`"b"`: "b", "null": nil, "1": 1.0}, "", "b")
	check(t, "ENV_POINTER", (*int)(nil), map[string]*int{"null": nil}, "x")
}

func TestRegister_takesNamedStringsAsTheyAre(t *testing.T) {
	check(t, "ENV_MODE", mode("fast"), map[string]mode{
		"slow": "slow", "": "", "null": "null", "12": "12", `"`: `"`, `a"b`: `a"b`,
		`"slow"`: "slow", // as JSON, which other programs want
	})
}

func TestRegister_usesTheTextFormOfATypeThatHasOne(t *testing.T) {
	check(t, "ENV_COLOUR", colour(1), map[string]colour{"red": 0, `"red"`: 0}, "", "1", "green")
	addr := netip.MustParseAddr
	check(t, "ENV_ADDR", addr("::1"), map[string]netip.Addr{"10.0.0.1": addr("10.0.0.1"), "": {}}, "10.0.0", "{}")
}

func TestRegister_describes(t *testing.T) {
	want := []env.Var{
		env.Register("DESC_1", "a", "one").Var,
		env.RegisterBoolVar("DESC_2", true, "two", env.WithHidden()).Var,
		env.RegisterIntVar("DESC_3", -3, "three", env.WithDeprecated()).Var,
		env.RegisterFloatVar("DESC_4", 1e21, "four").Var,
		env.RegisterDurationVar("DESC_5", time.Minute, "five").Var,
		env.Register("DESC_6", limits{1, 2}, "six").Var,
		env.Register("DESC_7", mode("m"), "seven", env.WithAllowed[mode]("m", "n")).Var,
		env.Register("DESC_8", colour(1), "eight", env.WithSecret()).Var,
	}
	if diff := cmp.Diff([]env.Var{
		{Name: "DESC_1", DefaultValue: "a", Description: "one", Type: env.STRING, GoType: "string"},
		{Name: "DESC_2", DefaultValue: "true", Description: "two", Type: env.BOOL, GoType: "bool", Hidden: true},
		{Name: "DESC_3", DefaultValue: "-3", Description: "three", Type: env.INT, GoType: "int", Deprecated: true},
		{Name: "DESC_4", DefaultValue: "1E+21", Description: "four", Type: env.FLOAT, GoType: "float64"},
		{Name: "DESC_5", DefaultValue: "1m0s", Description: "five", Type: env.DURATION, GoType: "time.Duration"},
		{Name: "DESC_6", DefaultValue: `{"low":1,"high":2}`, Description: "six", Type: env.OTHER, GoType: "env_test.limits"},
		{Name: "DESC_7", DefaultValue: "m", Description: "seven", Type: env.STRING, GoType: "env_test.mode", Allowed: "m, n"},
		{Name: "DESC_8", DefaultValue: "blue", Description: "eight", Type: env.OTHER, GoType: "env_test.colour", Secret: true},
	}, want); diff != "" {
		t.Errorf("descriptions of handles (-want +got):\n%s", diff)
	}
	got := slices.DeleteFunc(env.VarDescriptions(), func(v env.Var) bool { return !strings.HasPrefix(v.Name, "DESC_") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("VarDescriptions() (-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(env.VarDescriptions(), func(a, b env.Var) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("VarDescriptions() is not sorted")
	}
}

func TestRegister_keepsWhatTheTextOfADefaultDoesNotSay(t *testing.T) {
	type cached struct {
		Size int
		by   string
	}
	want := cached{1, "nobody"}
	for range 2 {
		if got := env.Register("ENV_CACHED", want, "").Get(); got != want {
			t.Errorf("default is %+v, want %+v", got, want)
		}
	}
}

func TestRegister_twiceKeepsTheDescriptionThatThereIs(t *testing.T) {
	log, name := logged(t), fresh("DUPE")
	first := env.Register(name, 1, "the first")
	if v := env.Register(name, 1, ""); v.Description != "the first" {
		t.Errorf("without a description it is described as %q", v.Description)
	}
	if log.Len() > 0 {
		t.Errorf("what does not differ is logged:\n%s", log)
	}
	other := env.Register(name, 2, "")
	if other.DefaultValue != "1" || other.Get() != 1 {
		t.Errorf("without a description its default is %s and %d, want that of the first", other.DefaultValue, other.Get())
	}
	second := env.Register(name, 3, "the second", env.WithHidden())
	if first.Description != "the first" || second.Description != "the second" || first.Get() != 1 || second.Get() != 3 {
		t.Errorf("handles do not keep what they were registered with: %+v, %+v", first, second)
	}
	if i := slices.IndexFunc(env.VarDescriptions(), func(v env.Var) bool { return v == second.Var }); i < 0 {
		t.Error("the second description does not replace the first")
	}
	mismatch := env.Register(name, "text", "")
	if mismatch.Get() != "text" || mismatch.Description != "" {
		t.Errorf("it took what another type says: %+v", mismatch.Var)
	}
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	for i, want := range []string{"default (1, then 2)", "default (1, then 3), description (the first, then the second), hidden (false, then true)", "type (Integer, then String)"} {
		if i >= len(lines) || !strings.Contains(lines[i], want) || !strings.Contains(lines[i], "variable="+name) {
			t.Errorf("line %d does not say %q:\n%s", i, want, log)
		}
	}
}

func TestRegister_readsNothing(t *testing.T) {
	log := logged(t)
	t.Setenv("ENV_UNREAD", "x")
	env.Register("ENV_UNREAD", 1, "", env.WithCheck(func(int) error { t.Error("the check was called"); return nil }))
	if log.Len() > 0 {
		t.Errorf("logged:\n%s", log)
	}
}

func TestRegisterVar_describesWhatAHandleReads(t *testing.T) {
	log := logged(t)
	described := env.Var{Name: "DESCRIBED", DefaultValue: "1s", Description: "described", Hidden: true, Type: env.DURATION}
	env.RegisterVar(described)
	v := env.RegisterDurationVar("DESCRIBED", time.Second, "")
	described.GoType = "time.Duration"
	if diff := cmp.Diff(described, v.Var); diff != "" || log.Len() > 0 {
		t.Errorf("description (-want +got):\n%s%s", diff, log)
	}
}

func TestRegister_keepsItsDefaultIfTheDescriptionHasNone(t *testing.T) {
	log, name := logged(t), fresh("DESCRIBED_BADLY")
	env.RegisterVar(env.Var{Name: name, Description: "described", Type: env.INT, GoType: "int"})
	if v := env.Register(name, 3, ""); v.Get() != 3 || v.DefaultValue != "3" {
		t.Errorf("default %s and %d, want 3", v.DefaultValue, v.Get())
	}
	if !strings.Contains(log.String(), "default (, then 3)") {
		t.Errorf("the difference is not logged:\n%s", log)
	}
}

func TestRegister_panicsForWhatCannotBe(t *testing.T) {
	for name, register := range map[string]func(){
		"no name":                       func() { env.Register("", 1, "") },
		"a name with =":                 func() { env.Register("A=B", 1, "") },
		"no text form":                  func() { env.Register("ENV_CHAN", make(chan int), "") },
		"a check of another type":       func() { env.Register("ENV_CHECK", 1, "", env.WithCheck(func(string) error { return nil })) },
		"allowed values of another one": func() { env.Register("ENV_CHECK", 1, "", env.WithAllowed("a")) },
	} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.HasPrefix(fmt.Sprint(p), "env: variable ") || !strings.Contains(fmt.Sprint(p), "; ") && !strings.Contains(fmt.Sprint(p), "give") {
					t.Errorf("%s: panic %v does not say what to do", name, p)
				}
			}()
			register()
		}()
	}
}

func TestWithCheck_refusesValues(t *testing.T) {
	v := env.Register("ENV_PORT", -1, "", env.WithCheck(func(p int) error {
		if p < 1 || p > 65535 {
			return errors.New("no port")
		}
		return nil
	}), env.WithAllowed(80, 99999))
	for text, want := range map[string]string{
		"80": "", "-1": "", // the default may be anything
		"443": `environment variable ENV_PORT="443": it must be one of 80, 99999`, "99999": `environment variable ENV_PORT="99999": no port`,
	} {
		t.Setenv("ENV_PORT", text)
		got := ""
		if _, _, err := v.Read(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: error %q, want %q", text, got, want)
		}
	}
}

func TestWithAllowed_comparesWhatCannotBeCompared(t *testing.T) {
	t.Setenv("ENV_ANY", `{"a":[1]}`)
	v := env.Register[any]("ENV_ANY", map[string]any{"a": 1}, "", env.WithAllowed[any](1.0, map[string]any{}))
	if _, _, err := v.Read(); err == nil {
		t.Error("a value that is not allowed is read")
	}
}

func TestLookup_logsAValueOnce(t *testing.T) {
	log, name := logged(t), fresh("ENV_ONCE")
	v := env.Register(name, 1, "")
	for _, text := range []string{"bad", "bad", "worse", "2", "worse", "bad"} {
		t.Setenv(name, text)
		v.Get()
		v.Lookup()
	}
	if n := strings.Count(log.String(), "\n"); n != 3 {
		t.Errorf("%d lines, want 3:\n%s", n, log)
	}
	if want := `error="environment variable ` + name + `=\"bad\": it is no int: invalid syntax" default=1`; !strings.Contains(log.String(), want) {
		t.Errorf("the line does not say %s:\n%s", want, log)
	}
}

func TestWithSecret_isToldNobody(t *testing.T) {
	log := logged(t)
	const secret = "hunter2"
	number := env.Register("SECRET_NUMBER", 1, "", env.WithSecret())
	checked := env.Register("SECRET_WORD", "", "a word", env.WithSecret(), env.WithCheck(func(s string) error { return fmt.Errorf("%s is no word", s) }))
	again := env.Register("SECRET_NUMBER", 1, "another description, without the mark")
	t.Setenv("SECRET_NUMBER", secret)
	t.Setenv("SECRET_WORD", secret)
	if number.Get() != 1 || checked.Get() != "" || again.Get() != 1 {
		t.Error("invalid values are read")
	}
	_, _, err := again.Read()
	text := fmt.Sprint(log, err, env.Snapshot())
	if strings.Contains(text, secret) {
		t.Errorf("the secret is told:\n%s", text)
	}
	if !again.Secret {
		t.Error("a handle of a secret variable is not marked")
	}
	if !strings.Contains(text, "SECRET_NUMBER: its value is invalid") {
		t.Errorf("the error is not told:\n%s", text)
	}
}

func TestSnapshot_saysWhatIsSet(t *testing.T) {
	unset(t, "SNAP_A")
	t.Setenv("SNAP_B", "60m")
	t.Setenv("SNAP_C", "3")
	t.Setenv("SNAP_D", "x")
	t.Setenv("SNAP_E", "")
	t.Setenv("SNAP_F", "no")
	t.Setenv("SNAP_G", "token")
	env.Register("SNAP_A", "a", "")
	env.Register("SNAP_B", time.Hour, "")
	env.Register("SNAP_C", 1, "")
	env.Register("SNAP_D", 1, "")
	env.Register("SNAP_E", "e", "")
	env.RegisterVar(env.Var{Name: "SNAP_F", DefaultValue: "true", Type: env.BOOL})
	env.Register("SNAP_G", "", "", env.WithSecret())
	type row struct {
		Name, Value     string
		Set, Overridden bool
		Err             string
	}
	var got []row
	for _, s := range env.Snapshot() {
		if strings.HasPrefix(s.Name, "SNAP_") {
			r := row{Name: s.Name, Value: s.Value, Set: s.Set, Overridden: s.Overridden}
			if s.Err != nil {
				r.Err = s.Err.Error()
			}
			got = append(got, r)
		}
	}
	if diff := cmp.Diff([]row{
		{Name: "SNAP_A", Value: "a"},
		{Name: "SNAP_B", Value: "1h0m0s", Set: true},
		{Name: "SNAP_C", Value: "3", Set: true, Overridden: true},
		{Name: "SNAP_D", Value: "1", Set: true, Err: `environment variable SNAP_D="x": it is no int: invalid syntax`},
		{Name: "SNAP_E", Value: "", Set: true, Overridden: true},
		{Name: "SNAP_F", Value: "true", Set: true, Err: `environment variable SNAP_F="no": it is no bool: invalid syntax`},
		{Name: "SNAP_G", Value: env.Redacted, Set: true, Overridden: true},
	}, got); diff != "" {
		t.Errorf("Snapshot() (-want +got):\n%s", diff)
	}
}

func TestGenericVar_thatNobodyRegisteredReadsNothing(t *testing.T) {
	var v env.IntVar
	if got, set := v.Lookup(); got != 0 || set || v.IsSet() {
		t.Errorf("Lookup() = %v, %v, IsSet() = %v", got, set, v.IsSet())
	}
}

func TestRegister_isSafeForConcurrentUse(t *testing.T) {
	slogBefore := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(slogBefore)
	t.Setenv("ENV_SHARED", "x")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			v := env.Register("ENV_SHARED", i, fmt.Sprint(i))
			v.Get()
			env.VarDescriptions()
			env.Snapshot()
		})
	}
	wg.Wait()
}

func TestVarType_hasAName(t *testing.T) {
	var got []string
	for v := range env.OTHER + 2 {
		got = append(got, v.String())
	}
	want := []string{"String", "Boolean", "Integer", "Floating-Point", "Time Duration", "Other", "VarType(6)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
