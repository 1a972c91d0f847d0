// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/krtkit/krtkit/util/queue"
)

// TestRun_aPanicEndsTheProcess runs itself in a process of its own.
func TestRun_aPanicEndsTheProcess(t *testing.T) {
	const inside = "KRTKIT_QUEUE_PANIC"
	if os.Getenv(inside) != "" {
		q := queue.New("q", func(context.Context, string) queue.Result { panic("poisoned object") })
		q.Add("a")
		_ = q.Run(t.Context())
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic: poisoned object") {
		t.Errorf("process ended with %v and said:\n%s", err, out)
	}
}

func TestRun_endsThoughACallEndedItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New("q", func(context.Context, string) queue.Result {
			runtime.Goexit() // as t.Fatal does
			return queue.Result{}
		}, queue.WithDrain(queue.Forever))
		q.Add("a")
		q.Add("b")
		stop := start(t, q)
		synctest.Wait()
		if err := stop(); !errors.Is(err, queue.ErrDropped) {
			t.Errorf("Run = %v, want %v", err, queue.ErrDropped)
		}
	})
}
