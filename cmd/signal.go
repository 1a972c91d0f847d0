// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/krtkit/krtkit/log"
)

// SignalError is the cause that [WaitSignalFunc] gives.
type SignalError struct {
	// Signal is the one that came.
	Signal os.Signal
}

// Error names the signal: "received signal: terminated".
func (e *SignalError) Error() string { return "received signal: " + e.Signal.String() }

// WaitSignal blocks until the process receives SIGINT or SIGTERM, closes stop and writes
// what was logged.
func WaitSignal(stop chan struct{}) {
	wait(func(os.Signal) { close(stop) })
}

// WaitSignalFunc blocks until the process receives SIGINT or SIGTERM, calls cancel with a
// [*SignalError] and writes what was logged.
func WaitSignalFunc(cancel context.CancelCauseFunc) {
	wait(func(s os.Signal) { cancel(&SignalError{Signal: s}) })
}

// wait calls end with the first signal.
func wait(end func(os.Signal)) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	s := <-signals
	signal.Stop(signals)
	end(s)
	if err := log.Sync(); err != nil {
		fmt.Fprintf(os.Stderr, "write the log: %v\n", err) // the log is what cannot be written
	}
}
