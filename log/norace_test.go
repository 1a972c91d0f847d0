// SPDX-License-Identifier: Apache-2.0

//go:build !race

package log_test

// raceDetector is whether the race detector is on: it allocates.
const raceDetector = false
