// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/krtkit/krtkit/log"
)

func TestWithExtension_seesEveryLineAtItsOwnLevel(t *testing.T) {
	core, seen := observer.New(zapcore.WarnLevel)
	calls, closed := 0, 0
	l := configure(t, func(o *log.Options) {
		o.WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
			calls++
			return zapcore.NewTee(c, core), func() error { closed++; return nil }, nil
		})
	})
	s := log.RegisterScope("extended", "").WithLabels("a", 1)
	s.Info("a")
	s.Warnw("b", "err", errors.New("e"))
	zap.L().With(zap.Int("k", 1)).Error("c")
	want := []string{"info\textended\ta\ta=1", "warn\textended\tb\ta=1 err=e", "error\tc\t" + `{"k": 1}`}
	if diff := cmp.Diff(want, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	var got []map[string]any
	for _, e := range seen.All() {
		m := e.ContextMap()
		m["msg"] = e.Message
		got = append(got, m)
	}
	wantSeen := []map[string]any{{"msg": "b", "a": int64(1), "err": "e"}, {"msg": "c", "k": int64(1)}}
	if diff := cmp.Diff(wantSeen, got); diff != "" {
		t.Errorf("the extension saw (-want +got):\n%s", diff)
	}
	if err := log.Configure(&log.Options{}); err != nil {
		t.Fatal(err)
	}
	if calls != 1 || closed != 1 {
		t.Errorf("the extension was called %d times and closed %d times, want once", calls, closed)
	}
}

func TestWithExtension_errorChangesNothing(t *testing.T) {
	l := configure(t, nil)
	closed := false
	opts := (&log.Options{}).WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
		return c, func() error { closed = true; return nil }, nil
	}).WithExtension(func(zapcore.Core) (zapcore.Core, func() error, error) { return nil, nil, io.ErrClosedPipe })
	if err := log.Configure(opts); !errors.Is(err, io.ErrClosedPipe) || !closed {
		t.Errorf("error %v, want that of the extension; the other one is closed: %v", err, closed)
	}
	log.RegisterScope("extended", "").Info("a")
	if diff := cmp.Diff([]string{"info\textended\ta"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestWithExtension_errorsOfItsCoreAreReported(t *testing.T) {
	testSinks(t)
	errs := filepath.Join(t.TempDir(), "errors")
	l := configure(t, func(o *log.Options) {
		o.ErrorOutputPaths = []string{errs}
		o.WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
			sink, _, err := zap.Open("test://broken")
			broken := zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{}), sink, zapcore.DebugLevel)
			return zapcore.NewTee(c, broken), func() error { return io.ErrClosedPipe }, err
		})
	})
	log.RegisterScope("extended", "").Info("a")
	if got := l.untimed(); len(got) != 1 {
		t.Errorf("lines %q, want one", got)
	}
	b, err := os.ReadFile(errs)
	if want := "^" + timePattern + " log write error: permission denied\n$"; err != nil || !regexp.MustCompile(want).Match(b) {
		t.Errorf("errors = %q, %v, want %s", b, err, want)
	}
	other := filepath.Join(t.TempDir(), "errors")
	if err := log.Configure(&log.Options{ErrorOutputPaths: []string{other}}); err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile(other)
	if want := " log write error: close earlier output: " + io.ErrClosedPipe.Error() + "\n"; err != nil || !strings.HasSuffix(string(b), want) {
		t.Errorf("errors = %q, %v, want %q", b, err, want)
	}
}

func TestRegression_L9_rollingTeeKeepsLinesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tee.log")
	configure(t, func(o *log.Options) { o.WithTeeToRollingLocal(path, 1) })
	s := log.RegisterScope("l9", "")
	s.SetOutputLevel(log.DebugLevel)
	s.Debug("not in the tee")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				s.Infow("by a scope", "k", "v")
				zap.L().Info("by zap", zap.Int("n", 1))
			}
		})
	}
	wg.Wait()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != 800 {
		t.Errorf("%d lines, want 800", len(lines))
	}
	for _, line := range lines {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || m["msg"] == "not in the tee" {
			t.Fatalf("line %q: %v", line, err)
		}
	}
}

// socket is a server at a Unix socket that keeps what is posted to /log.
type socket struct {
	addr string

	mu     sync.Mutex
	status int        // guarded by mu
	posted [][]string // guarded by mu
}

func newSocket(t *testing.T) *socket {
	t.Helper()
	dir, err := os.MkdirTemp("", "log") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &socket{addr: filepath.Join(dir, "s"), status: http.StatusOK}
	listener, err := net.Listen("unix", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /log", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.WriteHeader(s.status)
		var lines []string
		if err := json.NewDecoder(r.Body).Decode(&lines); err != nil || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("posted %v, %v", r.Header, err)
		}
		if s.status != http.StatusOK {
			return
		}
		s.posted = append(s.posted, lines)
	})
	server := &http.Server{Handler: mux}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(listener) }) // ErrServerClosed
	t.Cleanup(func() { _ = server.Close(); wg.Wait() })
	return s
}

func (s *socket) answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// posts returns the lines of each post, without their times.
func (s *socket) posts(t *testing.T) [][]map[string]any {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var posts [][]map[string]any
	for _, lines := range s.posted {
		var post []map[string]any
		for _, line := range lines {
			m := map[string]any{}
			if err := json.Unmarshal([]byte(line), &m); err != nil || !strings.HasSuffix(line, "}\n") {
				t.Errorf("line %q: %v", line, err)
			}
			delete(m, "time")
			post = append(post, m)
		}
		posts = append(posts, post)
	}
	return posts
}

func TestWithTeeToUDS_sendsLinesOnSync(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		s := newSocket(t)
		configure(t, func(o *log.Options) {
			o.JSONEncoding = asJSON
			o.WithTeeToUDS(s.addr, "/log")
		})
		log.RegisterScope("uds", "").WithLabels("k", "v").Info("test")
		for range 2 { // the second has nothing to send
			if err := log.Sync(); err != nil {
				t.Error(err)
			}
		}
		want := [][]map[string]any{{{"level": "info", "scope": "uds", "msg": "test", "k": "v"}}}
		if diff := cmp.Diff(want, s.posts(t)); diff != "" {
			t.Errorf("posted (-want +got):\n%s", diff)
		}
	}
}

func TestRegression_L10_teeToASocketKeepsWhatWasNotSent(t *testing.T) {
	s := newSocket(t)
	configure(t, func(o *log.Options) { o.WithTeeToUDS(s.addr, "/log") })
	s.answer(http.StatusInternalServerError)
	zap.L().With(zap.String("k", "v")).Info("by zap")
	if err := log.Sync(); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("Sync: %v, want an error that names the answer", err)
	}
	s.answer(http.StatusOK)
	scope := log.RegisterScope("l10", "")
	scope.Info("later")
	if err := log.Sync(); err != nil {
		t.Error(err)
	}
	for range 10_001 {
		scope.Info("many")
	}
	for log.Sync() != nil { // a busy machine may need more than a second
	}
	posts := s.posts(t)
	want := []map[string]any{{"level": "info", "msg": "by zap", "k": "v"}, {"level": "info", "scope": "l10", "msg": "later"}}
	if diff := cmp.Diff(want, posts[0]); diff != "" {
		t.Errorf("posted (-want +got):\n%s", diff)
	}
	if got := posts[len(posts)-1]; len(got) != 10_001 || got[0]["msg"] != "lost 1 lines" {
		t.Errorf("%d lines were sent, the first %v, want 10,000 and one that says what is lost", len(got), got[0])
	}
}
