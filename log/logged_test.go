// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"encoding/json"
	"flag"
	stdlog "log"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/pflag"
	"go.uber.org/zap"
	"google.golang.org/grpc/grpclog"
	"k8s.io/klog/v2"

	"github.com/krtkit/krtkit/log"
	_ "github.com/krtkit/krtkit/log/logcobra"
	_ "github.com/krtkit/krtkit/log/loggrpc"
	_ "github.com/krtkit/krtkit/log/logklog"
	_ "github.com/krtkit/krtkit/log/logtest"
	_ "github.com/krtkit/krtkit/log/logtrace"
)

// The loggers of other packages as they are when this package has been imported
// and nothing was called.
var (
	stdWriterAtStart   = stdlog.Writer()
	slogHandlerAtStart = slog.Default().Handler()
	zapAtStart         = zap.L()
	flagsAtStart       = func() (names []string) {
		flag.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		pflag.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		return names
	}()
	klogAtStart = takesOver("klog", func() { klog.Error("goes to the standard error output") })
	grpcAtStart = takesOver(log.GrpcScopeName, func() { grpclog.Error("goes to the standard error output") })
)

// takesOver reports whether a line reaches a scope.
func takesOver(scope string, write func()) bool {
	s := log.FindScope(scope)
	if s == nil || !s.ErrorEnabled() {
		panic("scope " + scope + " would not show the line")
	}
	reached := false
	stop := log.Observe(func(log.Line) { reached = true })
	defer stop()
	write()
	return reached
}

// logged is a file that lines go to during a test.
type logged struct {
	t    *testing.T
	path string
}

// configure sends lines to a file of the test and nowhere else, after change had a
// go at the options, and gives them back when the test ends.
func configure(t *testing.T, change func(*log.Options)) *logged {
	t.Helper()
	l := &logged{t: t, path: filepath.Join(t.TempDir(), "log")}
	opts := log.DefaultOptions()
	opts.OutputPaths = []string{l.path}
	if change != nil {
		change(opts)
	}
	if err := log.Configure(opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		log.ForgetScopes()
	})
	return l
}

func asJSON(o *log.Options) { o.JSONEncoding = true }

// text returns what was logged so far.
func (l *logged) text() string {
	l.t.Helper()
	b, err := os.ReadFile(l.path)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(b)
}

// lines returns the lines that were logged so far.
func (l *logged) lines() []string {
	l.t.Helper()
	text := l.text()
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// untimed returns the lines without the column of time.
func (l *logged) untimed() []string {
	l.t.Helper()
	lines := l.lines()
	for i := range lines {
		lines[i] = withoutTimes(lines[i])
	}
	return lines
}

const timePattern = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z`

var timeColumn = regexp.MustCompile(`(?m)^` + timePattern + "\t")

// withoutTimes returns the text without its column of time.
func withoutTimes(text string) string { return timeColumn.ReplaceAllString(text, "") }

// object returns the last line, which is JSON, as a map.
func (l *logged) object() map[string]any {
	l.t.Helper()
	lines := l.lines()
	if len(lines) == 0 {
		l.t.Fatal("nothing was logged")
	}
	m := map[string]any{}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &m); err != nil {
		l.t.Fatalf("%v: %s", err, lines[len(lines)-1])
	}
	return m
}

// testSink is a destination of the scheme "test" for zap.
type testSink struct {
	url     *url.URL
	written atomic.Int64
}

// openSinks counts the sinks of the scheme "test" that are open.
var openSinks atomic.Int64

func (s *testSink) Write(b []byte) (int, error) {
	if s.url.Host == "broken" {
		return 0, os.ErrPermission
	}
	s.written.Add(1)
	return len(b), nil
}

func (s *testSink) Sync() error { return nil }

func (s *testSink) Close() error {
	openSinks.Add(-1)
	return nil
}

var registerSink = sync.OnceValue(func() error {
	return zap.RegisterSink("test", func(u *url.URL) (zap.Sink, error) {
		openSinks.Add(1)
		return &testSink{url: u}, nil
	})
})

// testSinks makes URLs of the scheme "test" usable as outputs; those of the host
// "broken" fail to write.
func testSinks(t *testing.T) {
	t.Helper()
	if err := registerSink(); err != nil {
		t.Fatal(err)
	}
}
