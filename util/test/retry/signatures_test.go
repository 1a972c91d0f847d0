// SPDX-License-Identifier: Apache-2.0

package retry_test

import (
	"time"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ retry.RetriableFunc                                     = func() (any, bool, error) { return nil, true, nil }
	_ func(time.Duration) retry.Option                        = retry.Timeout
	_ func(time.Duration) retry.Option                        = retry.Delay
	_ func(time.Duration) retry.Option                        = retry.BackoffDelay
	_ func(int) retry.Option                                  = retry.Converge
	_ func(string) retry.Option                               = retry.Message
	_ func(int) retry.Option                                  = retry.MaxAttempts
	_ func(func() error, ...retry.Option) error               = retry.UntilSuccess
	_ func(test.Failer, func() error, ...retry.Option)        = retry.UntilSuccessOrFail
	_ func(func() bool, ...retry.Option) error                = retry.Until
	_ func(test.Failer, func() bool, ...retry.Option)         = retry.UntilOrFail
	_ func(retry.RetriableFunc, ...retry.Option) (any, error) = retry.UntilComplete
	_ error                                                   = retry.ErrConditionNotMet
	_                                                         = [...]time.Duration{retry.DefaultTimeout, retry.DefaultDelay, retry.DefaultConverge}
)
