// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

func TestFormat_linesHaveTheirColumns(t *testing.T) {
	for _, tt := range []struct {
		name    string
		json    bool
		callers bool
		stack   log.Level
		want    string
	}{
		{name: "plain", want: timePattern + `\tinfo\tcolumns\tHello\tfoo=bar n=1\n`},
		{
			name: "plain with all", callers: true, stack: log.DebugLevel,
			want: timePattern + `\tinfo\tcolumns\tlog/format_test\.go:\d+\tHello\tfoo=bar n=1\n` +
				`github\.com/krtkit/krtkit/log_test\.TestFormat_linesHaveTheirColumns\.func1\n\t\S+/format_test\.go:\d+\n` +
				`(\S+\n\t\S+:\d+\n)+`,
		},
		{name: "json", json: true, want: `{"level":"info","time":"` + timePattern + `","scope":"columns","msg":"Hello","foo":"bar","n":1}\n`},
		{
			name: "json with all", json: true, callers: true, stack: log.DebugLevel,
			want: `{"level":"info","time":"` + timePattern + `","scope":"columns","caller":"log/format_test\.go:\d+",` +
				`"msg":"Hello","foo":"bar","n":1,"stack":"github\.com/krtkit/krtkit/log_test\.TestFormat_[^"]+"}\n`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := configure(t, func(o *log.Options) { o.JSONEncoding = tt.json })
			s := log.RegisterScope("columns", "")
			s.SetLogCallers(tt.callers)
			s.SetStackTraceLevel(tt.stack)
			s.WithLabels("foo", "bar", "n", 1).Infof("%s", "Hello")
			if got := l.text(); !regexp.MustCompile("^" + tt.want + "$").MatchString(got) {
				t.Errorf("got %q, want %s", got, tt.want)
			}
		})
	}
}

func TestFormat_messagesAreNotChanged(t *testing.T) {
	l := configure(t, nil)
	s := log.RegisterScope("messages", "")
	s.Info("tabs\tand \"quotes\"")
	infof := s.Infof // or go vet sees what is tried here
	infof("100%")    // without arguments the format is the message
	s.Infof("%d%%", 100)
	s.Info(errors.New("an error"))
	s.Info(nil)
	want := []string{"tabs\tand \"quotes\"", "100%", "100%", "an error", "<nil>"}
	for i, line := range l.untimed() {
		if got, ok := strings.CutPrefix(line, "info\tmessages\t"); !ok || got != want[i] {
			t.Errorf("line %d = %q, want message %q", i, line, want[i])
		}
	}
}

type (
	object   struct{ A, B string }
	stringer struct{}
	marshals struct{ v string }
	breaks   struct{}
	named    string
)

func (stringer) String() string { return "as a string" }

func (m marshals) String() string               { return "not this" }
func (m marshals) MarshalJSON() ([]byte, error) { return json.Marshal("json of " + m.v) }

func (breaks) MarshalJSON() ([]byte, error) { panic("broken") }
func (breaks) String() string               { panic("broken") }

// TestFormat_labelValues has what each value becomes in plain text and in JSON.
func TestFormat_labelValues(t *testing.T) {
	var noError *json.SyntaxError
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	for _, tt := range []struct {
		name        string
		value       any
		plain, json string
	}{
		{"string", `two <words> "&"`, `two <words> "&"`, `"two <words> \"&\""`},
		{"escapes", "a\b\u2028\x01\xff", "a\b\u2028\x01\xff", `"a\b\u2028\u0001\ufffd"`},
		{"int", -3, "-3", "-3"},
		{"uint8", uint8(200), "200", "200"},
		{"bool", true, "true", "true"},
		{"float", 0.123, "0.123", "0.123"},
		{"float32", float32(0.1), "0.1", "0.1"},
		{"large float", 1e21, "1e+21", "1e+21"},
		{"small float", 1e-7, "1e-07", "1e-7"},
		{"zero float", 0.0, "0", "0"},
		{"duration", 1500 * time.Millisecond, "1.5s", `"1.5s"`},
		{"time", at, "2026-01-02 03:04:05.000006 +0000 UTC", `"2026-01-02T03:04:05.000006Z"`},
		{"nil", nil, "<nil>", "null"},
		{"error", errors.New("went wrong"), "went wrong", `"went wrong"`},
		{"nil error", noError, "<nil>", `"<nil>"`},
		{"stringer", stringer{}, "as a string", `"as a string"`},
		{"marshaler", marshals{"x"}, "not this", `"json of x"`},
		{"text marshaler", netip.MustParseAddr("10.0.0.1"), "10.0.0.1", `"10.0.0.1"`},
		{"bytes", []byte("hi"), "[104 105]", `"aGk="`},
		{"struct", object{"a", "<b>"}, "{a <b>}", `{"A":"a","B":"<b>"}`},
		{"slice", []string{"a", "b"}, "[a b]", `["a","b"]`},
		{"named string", named("n"), "n", `"n"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := configure(t, nil)
			s := log.RegisterScope("values", "").WithLabels("k", tt.value)
			s.Info("m")
			if diff := cmp.Diff([]string{"info\tvalues\tm\tk=" + tt.plain}, l.untimed()); diff != "" {
				t.Errorf("plain (-want +got):\n%s", diff)
			}
			l = configure(t, asJSON)
			s.Info("m")
			if got, want := l.text(), `"msg":"m","k":`+tt.json+"}\n"; !strings.HasSuffix(got, want) {
				t.Errorf("JSON ends in %q, want %q", got, want)
			}
		})
	}
}

func TestFormat_whatJSONCannotEncodeIsSaid(t *testing.T) {
	l := configure(t, asJSON)
	log.RegisterScope("values-broken", "").WithLabels(
		"ch", make(chan int), "nan", math.NaN(), "panics", breaks{}, "fine", 1,
	).Info("m")
	got := l.object()
	for _, key := range []string{"level", "time", "scope", "msg"} {
		delete(got, key)
	}
	want := map[string]any{
		"chError":     "json: unsupported type: chan int",
		"nanError":    "json: unsupported value: NaN",
		"panicsError": "panic: broken",
		"fine":        1.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

func TestFormat_labelsDoNotHideColumns(t *testing.T) {
	l := configure(t, asJSON)
	s := log.RegisterScope("values-columns", "")
	s.WithLabels("msg", 1, "msg_", 2, "level", 3, "stack", 4, "own", 5).Info("m")
	want := `"scope":"values-columns","msg":"m","msg_":1,"msg__":2,"level_":3,"stack_":4,"own":5}` + "\n"
	if got := l.text(); !strings.HasSuffix(got, want) {
		t.Errorf("line ends in %q, want %q", got, want)
	}
}
