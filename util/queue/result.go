// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"errors"
	"fmt"
	"time"
)

// Errors of [Queue.Run].
var (
	// ErrStarted is returned by a second call of Run.
	ErrStarted = errors.New("the queue has been run before")
	// ErrDropped is returned if keys still waited when the time for draining, which
	// WithDrain gives, was over.
	ErrDropped = errors.New("keys that waited were dropped")
)

// Result says what becomes of a key that has been reconciled. The zero Result says
// that nothing is left to do.
type Result struct {
	// Err says that the attempt failed. The key is tried again after the pause that
	// the rate limiter asks for, unless the attempts are used up or Err is
	// [Permanent].
	Err error
	// After, if it is above 0, has the key reconciled again after that time. Beside
	// an error it takes the place of the rate limiter's pause.
	After time.Duration
}

// Permanent marks an error as one that no further attempt can mend: a queue logs
// it, and forgets the key until it is added again. The mark stays on errors that
// wrap it. Permanent of nil is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// IsPermanent reports whether err is, or wraps, one that [Permanent] has marked.
func IsPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// PanicError is the error of an attempt that panicked, if [WithRecover] is given.
type PanicError struct {
	// Queue is the name of the queue.
	Queue string
	// Key is the key that was being reconciled.
	Key any
	// Value is what the function panicked with.
	Value any
	// Stack is the stack trace of the goroutine at that time.
	Stack string
}

// Error returns one line, without the stack trace.
func (e *PanicError) Error() string {
	return fmt.Sprintf("queue %q: reconciling %v panicked: %v", e.Queue, e.Key, e.Value)
}

// Unwrap returns the value of the panic if it is an error, else nil.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
