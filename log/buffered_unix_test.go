// SPDX-License-Identifier: Apache-2.0

//go:build unix

package log_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/krtkit/krtkit/log"
)

// writes is a writer that passes on what it is given.
type writes chan string

func (w writes) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

// TestWithBuffer_nothingWaitsAfterTheSignal names a signal that does not end the process.
func TestWithBuffer_nothingWaitsAfterTheSignal(t *testing.T) {
	w := make(writes, 10)
	if err := log.Configure((&log.Options{}).WithWriter(w).WithBuffer(1<<20, syscall.SIGWINCH)); err != nil {
		t.Fatal(err)
	}
	defer log.ForgetScopes()
	defer log.Close()
	s := log.RegisterScope("signalled", "")
	s.Info("waits")
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	if got := <-w; !strings.HasSuffix(got, "\tinfo\tsignalled\twaits\n") {
		t.Errorf("written with the signal: %q", got)
	}
	s.Info("does not wait")
	select {
	case got := <-w:
		if !strings.HasSuffix(got, "\tinfo\tsignalled\tdoes not wait\n") {
			t.Errorf("written after the signal: %q", got)
		}
	default:
		t.Error("a line waits after the signal")
	}
}
