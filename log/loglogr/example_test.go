// SPDX-License-Identifier: Apache-2.0

package loglogr_test

import (
	"errors"
	"os"
	"strings"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/loglogr"
)

// untimed writes lines without their first column, so that the output is always the same.
type untimed struct{}

func (untimed) Write(line []byte) (int, error) {
	_, rest, _ := strings.Cut(string(line), "\t")
	return os.Stdout.WriteString(rest)
}

func ExampleNewLogrAdapter() {
	if err := log.Configure((&log.Options{}).WithWriter(untimed{})); err != nil {
		panic(err)
	}
	defer log.Close()
	logger := loglogr.NewLogrAdapter(log.RegisterScope("controller", "controller-runtime"))
	logger.WithName("pods").Info("reconciled", "pod", "web-1")
	logger.Error(errors.New("conflict"), "update", "pod", "web-1")
	// Output:
	// info	controller	reconciled	logger=pods pod=web-1
	// error	controller	conflict: update	pod=web-1
}
