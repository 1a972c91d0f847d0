// SPDX-License-Identifier: Apache-2.0

package retry_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/krtkit/krtkit/util/test/retry"
)

func ExampleUntilSuccess() {
	starting := 2
	connect := func() error {
		if starting--; starting >= 0 {
			return errors.New("connection refused")
		}
		return nil
	}
	err := retry.UntilSuccess(connect, retry.Timeout(5*time.Second), retry.BackoffDelay(time.Millisecond))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleUntilComplete() {
	status := []string{"Pending", "Pending", "Failed"}
	phase, err := retry.UntilComplete(func() (any, bool, error) {
		now := status[0]
		status = status[1:]
		switch now {
		case "Running":
			return now, true, nil
		case "Failed": // it will not get better
			return now, true, errors.New("the pod has failed")
		default:
			return nil, false, fmt.Errorf("the pod is %s", now)
		}
	}, retry.Delay(time.Millisecond))
	fmt.Println(phase, "-", err)
	// Output: Failed - the pod has failed
}
