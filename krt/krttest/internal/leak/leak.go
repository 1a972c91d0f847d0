// SPDX-License-Identifier: Apache-2.0

package leak

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

const (
	label   = "krttest.CheckGoroutines"
	timeout = 5 * time.Second
)

// Mark begins a piece of work of the calling goroutine. What it returns is to be
// called by the same goroutine: it ends the work, waits until all goroutines have
// gone that were started by it, directly or by others of them, and returns the stacks
// of those that are there after five seconds. Marks do not nest: the latest one
// counts.
//
// Nobody can wait for the end of a foreign goroutine, so it looks again until they
// have gone.
func Mark() (left func() string) {
	mark := new(int64)
	id := fmt.Sprintf("%p", mark) // unique as long as what is returned refers to it
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(label, id)))
	return func() string {
		defer runtime.KeepAlive(mark)
		pprof.SetGoroutineLabels(context.Background())
		deadline := time.Now().Add(timeout)
		for pause := 10 * time.Microsecond; ; pause = min(2*pause, 100*time.Millisecond) {
			stacks := labelled(id)
			if stacks == "" || time.Now().After(deadline) {
				return stacks
			}
			// Most goroutines that are about to end need only be let run.
			runtime.Gosched()
			<-time.After(pause)
		}
	}
}

// labelled returns the stacks of the goroutines that have the label now. The profile
// has a paragraph for all goroutines with the same stack and labels.
func labelled(id string) string {
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // a write to a buffer does not fail
	mark := fmt.Sprintf("%q:%q", label, id)
	var found []string
	for p := range strings.SplitSeq(profile.String(), "\n\n") {
		if labels, _, ok := strings.Cut(p, "}"); ok && strings.Contains(labels, mark) {
			found = append(found, strings.TrimSpace(p))
		}
	}
	return strings.Join(found, "\n\n")
}
