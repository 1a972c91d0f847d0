// SPDX-License-Identifier: Apache-2.0

package istio

import (
	"time"

	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/log"
)

const name = "Istio"

// LogErrorsOnly makes Istio's packages be silent about each collection and cache that is synced: those lines would be
// measured, too. It is for the whole process.
func LogErrorsOnly() {
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.ErrorLevel)
	}
}

// quiet waits until a count of what a graph does has stopped growing, and returns when
// it last grew. Istio's krt cannot be asked.
func quiet(_ krt.Syncer, count func() int64) time.Time {
	return still(count, 250*time.Millisecond)
}

// pause is quiet for use between changes that must not meet. It may end too early at
// times, and is used only where runs are counted, not where time is measured.
func pause(_ krt.Syncer, count func() int64) { still(count, 3*time.Millisecond) }

// missed makes n changes. All but the last of them concern nobody, and nothing tells when
// one has been looked at. But they are looked at in order: when the handler is told of
// the last one, all have been.
func missed(n int, _ krt.Syncer, change, last func()) {
	for range n - 1 {
		change()
	}
	last()
}

// still waits until a count has not grown for so long, and returns when it last did.
func still(count func() int64, long time.Duration) time.Time {
	tick := time.NewTicker(min(long/10, 500*time.Microsecond))
	defer tick.Stop()
	last, at := count(), time.Now()
	for now := range tick.C {
		if n := count(); n != last {
			last, at = n, now
		} else if now.Sub(at) > long {
			break
		}
	}
	return at
}

// counters returns nil: there are none.
func counters(krt.Syncer) func() { return nil }
