// SPDX-License-Identifier: Apache-2.0

package retry

import (
	"errors"
	"fmt"
	"time"

	"github.com/krtkit/krtkit/util/test"
)

// ErrConditionNotMet is the last error where a function says that something is not so
// and does not say why.
var ErrConditionNotMet = errors.New("the condition is not met")

// RetriableFunc is asked by [UntilComplete]. When completed is true nothing more is to
// be done, be it because of the result or because of an error that another attempt
// would meet again. Otherwise err, which may be nil, says what is missing.
type RetriableFunc func() (result any, completed bool, err error)

// UntilSuccess asks until fn returns no error.
func UntilSuccess(fn func() error, options ...Option) error {
	_, err := UntilComplete(func() (any, bool, error) {
		err := fn()
		return nil, err == nil, err
	}, options...)
	return err
}

// UntilSuccessOrFail is [UntilSuccess] that ends the test where that returns an error.
func UntilSuccessOrFail(t test.Failer, fn func() error, options ...Option) {
	t.Helper()
	if err := UntilSuccess(fn, options...); err != nil {
		t.Fatalf("%v", err)
	}
}

// Until asks until fn returns true.
func Until(fn func() bool, options ...Option) error {
	_, err := UntilComplete(func() (any, bool, error) { return nil, fn(), nil }, options...)
	return err
}

// UntilOrFail is [Until] that ends the test where that returns an error.
func UntilOrFail(t test.Failer, fn func() bool, options ...Option) {
	t.Helper()
	if err := Until(fn, options...); err != nil {
		t.Fatalf("%v", err)
	}
}

// UntilComplete asks until fn has completed and returns the last result. An error of an
// attempt that has completed is returned at once. When the time or the attempts are
// used up the result is nil, and the error wraps the last one of fn, or
// [ErrConditionNotMet].
func UntilComplete(fn RetriableFunc, options ...Option) (any, error) {
	var (
		c         = newConfig(options)
		begin     = time.Now()
		delay     = c.delay
		successes = 0
		last      error
	)
	for attempts := 1; ; attempts++ {
		result, completed, err := fn()
		spent := time.Since(begin)
		if completed {
			successes++
			if err != nil {
				return result, c.named(err)
			}
			if successes >= c.converge {
				return result, nil
			}
		} else {
			successes = 0
			if last = err; last == nil {
				last = ErrConditionNotMet
			}
		}
		if attempts == c.maxAttempts || spent >= c.timeout {
			return nil, c.named(c.gaveUp(attempts, spent, successes, last))
		}
		if !completed {
			<-time.After(min(delay, c.timeout-spent))
			delay = min(2*delay, c.maxDelay)
		}
	}
}

// gaveUp says what was tried in vain.
func (c config) gaveUp(attempts int, spent time.Duration, successes int, last error) error {
	said := fmt.Sprintf("gave up (attempts: %d, time: %v", attempts, spent.Round(time.Millisecond))
	if c.converge > 1 {
		said += fmt.Sprintf(", successes in a row: %d of %d", successes, c.converge)
	}
	if last == nil {
		return errors.New(said + ")")
	}
	return fmt.Errorf("%s): last error: %w", said, last)
}

// named puts the message before the error.
func (c config) named(err error) error {
	if c.message == "" {
		return err
	}
	return fmt.Errorf("%s: %w", c.message, err)
}
