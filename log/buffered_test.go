// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/log"
)

// countingWriter counts calls and keeps what was written.
type countingWriter struct {
	mu    sync.Mutex
	calls int
	text  strings.Builder
}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	return w.text.Write(b)
}

func (w *countingWriter) written() (calls int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls, w.text.String()
}

func TestWithBuffer_writesManyLinesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &countingWriter{}
		if err := log.Configure((&log.Options{}).WithWriter(w).WithBuffer(1 << 16)); err != nil {
			t.Fatal(err)
		}
		s := log.RegisterScope("buffered", "")
		for range 10 {
			s.Info("m")
		}
		if calls, _ := w.written(); calls != 0 {
			t.Errorf("%d calls before a flush, want none", calls)
		}
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		if calls, text := w.written(); calls != 1 || strings.Count(text, "\n") != 10 {
			t.Errorf("%d calls with %q after a second, want one with all lines", calls, text)
		}
		s.Info("synced")
		err := log.Sync()
		if calls, _ := w.written(); err != nil || calls != 2 {
			t.Errorf("Sync: %v, %d calls, want 2", err, calls)
		}
		s.LogWithTime(log.FatalLevel, "last words", time.Now())
		if calls, text := w.written(); calls != 3 || !strings.HasSuffix(text, "\tfatal\tbuffered\tlast words\n") {
			t.Errorf("a fatal line waits: %d calls, want 3", calls)
		}
		log.SetExit(t, func(int) {
			if _, text := w.written(); !strings.HasSuffix(text, "\tfatal\tbuffered\tthe end\n") {
				t.Error("a fatal line was still waiting when the process was to end")
			}
		})
		s.Fatal("the end")
		s.Info("closed")
		err = log.Close()
		if _, text := w.written(); err != nil || !strings.HasSuffix(text, "\tinfo\tbuffered\tclosed\n") {
			t.Errorf("Close: %v, text %q", err, text)
		}
		log.ForgetScopes()
	})
}

func TestWithBuffer_errorsAreReportedAndLaterLinesWritten(t *testing.T) {
	testSinks(t)
	errs := filepath.Join(t.TempDir(), "errors")
	l := configure(t, func(o *log.Options) {
		o.OutputPaths = append(o.OutputPaths, "test://broken")
		o.ErrorOutputPaths = []string{errs}
		o.WithBuffer(1 << 16)
	})
	s := log.RegisterScope("buffered-errors", "")
	for _, msg := range []string{"a", "b"} {
		s.Info(msg)
		if err := log.Sync(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{"info\tbuffered-errors\ta", "info\tbuffered-errors\tb"}, l.untimed()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	b, err := os.ReadFile(errs)
	if n := strings.Count(string(b), "log write error: permission denied\n"); n != 2 || err != nil {
		t.Errorf("errors %q, %v, want two", b, err)
	}
}

// programVariable chooses one of the programs, which tests run as a process of its own.
const programVariable = "KRTKIT_LOG_TEST_PROGRAM"

// bufferedLines is how many lines the programs log.
const bufferedLines = 100

var programs = map[string]func(){
	// unhandled leaves signals to the package.
	"unhandled": func() {
		logBuffered(syscall.SIGTERM)
		<-make(chan struct{})
	},
	// handled ends as controllers do.
	"handled": func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		logBuffered()
		<-c
		log.FindScope("program").Info("last")
		_ = log.Close()
	},
	// fatal ends with a fatal line.
	"fatal": func() {
		logBuffered()
		log.FindScope("program").Fatal("last")
	},
}

func logBuffered(ends ...os.Signal) {
	opts := log.DefaultOptions().WithBuffer(1<<20, ends...)
	opts.OutputPaths = []string{os.Args[1]}
	if err := log.Configure(opts); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	s := log.FindScope("program")
	for i := range bufferedLines {
		s.Infow("line", "i", i)
	}
	fmt.Println("logged")
}

func TestWithBuffer_endOfTheProcessLosesNothing(t *testing.T) {
	for _, tt := range []struct {
		program string
		signal  bool
		lines   int
		// status is what the process ends with.
		status string
	}{
		{"unhandled", true, bufferedLines, "signal: terminated"},
		{"handled", true, bufferedLines + 1, "<nil>"},
		{"fatal", false, bufferedLines + 1, "exit status 1"},
	} {
		t.Run(tt.program, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			cmd := exec.Command(os.Args[0], path)
			cmd.Env = append(os.Environ(), programVariable+"="+tt.program)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "logged\n" {
				t.Fatalf("program says %q, %v", line, err)
			}
			if tt.signal {
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			if got := fmt.Sprint(cmd.Wait()); got != tt.status {
				t.Errorf("the process ended with %s, want %s", got, tt.status)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(string(b), "\n"); got != tt.lines || !strings.Contains(string(b), "i="+strconv.Itoa(bufferedLines-1)+"\n") {
				t.Errorf("%d lines are there, want %d", got, tt.lines)
			}
		})
	}
}
