// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/krtkit/krtkit/log"
)

// FuzzLine_groups logs attributes in groups: the line of JSON is one object whatever they
// are called.
func FuzzLine_groups(f *testing.F) {
	f.Add("group", "sub", "key", "value")
	f.Add("level", "", "", "\n")
	f.Add("", "msg", "scope", "\xff")
	f.Fuzz(func(t *testing.T, group, sub, key, value string) {
		var text bytes.Buffer
		if err := log.Configure((&log.Options{JSONEncoding: true}).WithWriter(&text)); err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		logger := log.RegisterScope("fuzz", "").Slog()
		logger.With(key, value).WithGroup(group).With(key, value).WithGroup(sub).
			Info(value, slog.Group(key, sub, value, slog.Group(group), group, slog.GroupValue(slog.Int(value, 1))))
		var object map[string]any
		line := text.String()
		if err := json.Unmarshal([]byte(line), &object); err != nil || strings.Count(line, "\n") != 1 || object["level"] != "info" {
			t.Errorf("%q: %v", line, err)
		}
	})
}

// FuzzLine logs anything in both forms: a line of JSON is always one line with one object
// in it that has what was logged, and a line of plain text has it as fmt prints it.
func FuzzLine(f *testing.F) {
	f.Add("message", "key", "value", 1.5, int64(-1), []byte("bytes"))
	f.Add("two\nlines\t\"", "msg", "a\b\u2028\x01\xff", 1e21, int64(1), []byte{0xff})
	f.Add("", "", "", 0.0, int64(0), []byte(nil))
	f.Add("\\", "level_", "\u00e9\U0001f600\x7f", -1e-9, int64(1)<<62, []byte{})
	f.Fuzz(func(t *testing.T, msg, key, value string, number float64, count int64, blob []byte) {
		s := log.RegisterScope("fuzz", "")
		write := func(opts *log.Options) string {
			var text bytes.Buffer
			if err := log.Configure(opts.WithWriter(&text)); err != nil {
				t.Fatal(err)
			}
			defer log.Close()
			s.WithLabels(key, value).Infow(msg, "number", number, "count", count, "blob", blob, "err", fmt.Errorf("%s", value))
			return text.String()
		}
		line := write(&log.Options{JSONEncoding: true})
		if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "}\n") {
			t.Errorf("%q is not one line", line)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		valid := func(s string) string {
			return strings.ToValidUTF8(strings.Map(func(r rune) rune { return r }, s), "\ufffd")
		}
		if got["msg"] != valid(msg) {
			t.Errorf("msg %q, want %q", got["msg"], valid(msg))
		}
		if got["count"] != float64(count) && key != "count" {
			t.Errorf("count %v, want %d", got["count"], count)
		}
		if n, ok := got["number"].(float64); ok && n != number && key != "number" {
			t.Errorf("number %v, want %v", n, number)
		}

		want := fmt.Sprintf("info\tfuzz\t%s\t%s=%s number=%v count=%v blob=%v err=%v\n", msg, key, value, number, count, blob, value)
		if plain := withoutTimes(write(&log.Options{})); plain != withoutTimes(want) {
			t.Errorf("plain %q, want %q", plain, want)
		}
		escaped := write((&log.Options{}).WithEscapedText())
		if strings.Count(escaped, "\n") != 1 || strings.Count(escaped, "\t") != 4 || strings.ContainsAny(escaped, "\r\u0085\u2028\u2029") {
			t.Errorf("escaped %q is not one line of five columns", escaped)
		}
	})
}
