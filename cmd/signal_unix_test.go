// SPDX-License-Identifier: Apache-2.0

//go:build unix

package cmd_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/krtkit/krtkit/cmd"
	"github.com/krtkit/krtkit/log"
)

// send sends a signal to this process until done is closed: nothing tells when somebody has
// begun to listen.
func send(t *testing.T, s syscall.Signal, done <-chan struct{}) {
	t.Helper()
	survive := make(chan os.Signal, 1)
	signal.Notify(survive, s)
	defer signal.Stop(survive)
	for {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Error(err)
			return
		}
		<-survive
		select {
		case <-done:
			return
		default:
			runtime.Gosched()
		}
	}
}

func TestWaitSignal_closesTheChannelAndReturns(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		stop, returned := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(returned)
			cmd.WaitSignal(stop)
		}()
		send(t, s, stop)
		<-returned
	}
}

func TestWaitSignalFunc_givesTheSignalAsCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		cmd.WaitSignalFunc(cancel)
	}()
	send(t, syscall.SIGTERM, ctx.Done())
	<-returned
	err := context.Cause(ctx)
	if want := "received signal: terminated"; err.Error() != want {
		t.Errorf("cause %v, want %s", err, want)
	}
	if received := (*cmd.SignalError)(nil); !errors.As(err, &received) || received.Signal != syscall.SIGTERM {
		t.Errorf("cause %#v", err)
	}
}

func TestWaitSignal_writesTheLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	opts := log.DefaultOptions()
	opts.OutputPaths = []string{file}
	opts.WithBuffer(1 << 16)
	if err := log.Configure(opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	stop, returned := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(returned)
		cmd.WaitSignal(stop)
	}()
	log.Info("the last words")
	send(t, syscall.SIGTERM, stop)
	<-returned
	b, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(b), "the last words") {
		t.Errorf("the file has %q, error %v", b, err)
	}
}

// TestWaitSignal_aSecondSignalEndsTheProcess runs itself as a program that does not end after
// a first signal.
func TestWaitSignal_aSecondSignalEndsTheProcess(t *testing.T) {
	const variable = "KRTKIT_TEST_STUBBORN"
	if os.Getenv(variable) != "" {
		stop := make(chan struct{})
		go send(t, syscall.SIGTERM, stop)
		cmd.WaitSignal(stop)
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	program.Env = append(os.Environ(), variable+"=1")
	err := program.Run()
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("the program ended with %v, want by SIGINT", err)
	}
}
