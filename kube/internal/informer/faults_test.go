// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

func TestWatch_thatIsInterruptedLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, nil, nil)
		r := newRecorder()
		v.AddEventHandler(r)
		time.Sleep(time.Minute) // what ends at once counts as a failure
		r.take()

		s.dropWatches()
		s.put(configMap("a", "x", "n", "1"))
		s.remove("a", "y")
		s.put(configMap("a", "z"))
		time.Sleep(time.Minute)
		expect(t, r, "update a/x, delete a/y, add a/z")
		if n := s.listCount(); n != 1 {
			t.Errorf("listed %d times, want once: the watch can be resumed", n)
		}
	})
}

func TestWatch_thatExpiredIsMadeGoodByOneList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"), configMap("a", "y"), configMap("a", "same"))
		i, stop := start(t, s)
		defer stop()
		v := informer.NewView(i, nil, nil)
		r := newRecorder()
		v.AddEventHandler(r)
		synctest.Wait()
		r.take()
		unchanged := v.Get("same", "a")

		s.dropWatches()
		s.put(configMap("a", "x", "n", "1"))
		s.remove("a", "y")
		s.put(configMap("a", "z"))
		s.compact()
		began := time.Now()
		for len(r.state()) != 3 || v.Get("z", "a") == nil {
			time.Sleep(10 * time.Millisecond)
		}
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("recovered after %v, want at once", d)
		}
		want := map[string]string{"a/x": "4", "a/z": "6", "a/same": "3"}
		if diff := cmp.Diff(want, r.state()); diff != "" {
			t.Errorf("handler's state mismatch (-want +got):\n%s", diff)
		}
		if got := len(r.take()); got != 3 {
			t.Errorf("handler was told %d things, want 3: what did not change is no event", got)
		}
		if v.Get("same", "a") != unchanged {
			t.Error("an object that did not change was replaced")
		}
		if len(r.complaints()) > 0 {
			t.Errorf("handler was told what cannot be: %q", r.complaints())
		}
		if n := s.listCount(); n != 2 {
			t.Errorf("listed %d times, want twice", n)
		}
	})
}

func TestLastError_saysWhyNothingArrivesUntilItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		down := errors.New("server is down")
		s.fail(down)
		i, stop := start(t, s)
		defer stop()
		time.Sleep(time.Second)
		if err := i.LastError(); !errors.Is(err, down) || err.Error() != "list: server is down" {
			t.Errorf("last error is %v, want the list's", err)
		}
		if i.HasSynced() {
			t.Error("synced without a list")
		}
		s.fail(nil)
		time.Sleep(time.Minute)
		if !i.HasSynced() || i.LastError() != nil {
			t.Errorf("after recovery: synced %v, last error %v", i.HasSynced(), i.LastError())
		}
	})
}

// Each outage is short, and something is told after it: the next one is not one of a row.
func TestRetries_beginAnewWhenSomethingWasTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		i, stop := start(t, s)
		defer stop()
		r := newRecorder()
		informer.NewView(i, nil, nil).AddEventHandler(r)
		time.Sleep(time.Minute)
		r.take()
		for n := range 20 {
			s.refuse(errors.New("server is down"))
			s.dropWatches()
			time.Sleep(500 * time.Millisecond)
			s.refuse(nil)
			s.put(configMap("a", "x", "n", fmt.Sprint(n)))
			time.Sleep(time.Second)
			expect(t, r, "update a/x")
			r.take()
			s.put(configMap("a", "x", "n", fmt.Sprint(n, "watched")))
			synctest.Wait()
			expect(t, r, "update a/x")
			r.take()
		}
	})
}

// forgetful takes a while for each list, and knows nothing that was before it.
type forgetful struct {
	*server

	took   time.Duration
	listed atomic.Bool // and not watched since
}

func (s *forgetful) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	time.Sleep(s.took)
	s.listed.Store(true)
	return s.server.ListWithContext(ctx, options)
}

func (s *forgetful) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	if !s.listed.Swap(false) {
		return nil, apierrors.NewResourceExpired("too old resource version")
	}
	return s.server.WatchWithContext(ctx, options)
}

// Watches that bring something and break are no failures in a row, but a server that has
// to list each time is not kept busy with that.
func TestRetries_leaveAServerHalfOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &forgetful{server: newServer(configMap("a", "x")), took: 5 * time.Second}
		i := informer.New(informer.Config{Name: "x", ListerWatcher: s})
		stop := run(t, i)
		defer stop()
		for n := range 600 { // tenths of a second
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			s.put(configMap("a", "x", "n", fmt.Sprint(n)))
			synctest.Wait()
			s.dropWatches()
		}
		if n := s.listCount(); n < 4 || n > 7 {
			t.Errorf("listed %d times for 5 s each in a minute, want at most half of it", n)
		}
	})
}

// A server that fails again and again without telling anything is asked ever less.
func TestRetries_growWhileNothingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		s.fail(errors.New("server is down"))
		_, stop := start(t, s)
		defer stop()
		time.Sleep(10 * time.Minute)
		if n := s.listCount(); n < 15 || n > 40 {
			t.Errorf("listed %d times in ten minutes, want about two a minute", n)
		}
	})
}

// Synctest fails a test whose goroutines do not end.
func TestRun_endsWhileTheServerIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.fail(errors.New("server is down"))
		_, stop := start(t, s)
		time.Sleep(10 * time.Minute) // deep in the back-off
		began := time.Now()
		stop()
		if d := time.Since(began); d != 0 {
			t.Errorf("informer ended after %v, want at once", d)
		}
	})
}

// client-go's reflector sleeps on such an error without looking at its context.
func TestRun_endsWhileTheServerRefusesConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.noWatch, s.streams = syscall.ECONNREFUSED, true
		i, stop := start(t, s)
		time.Sleep(10*time.Minute + time.Millisecond)
		if err := i.LastError(); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("last error is %v, want that connections are refused", err)
		}
		began := time.Now()
		stop()
		if d := time.Since(began); d != 0 {
			t.Errorf("informer ended after %v, want at once", d)
		}
	})
}

// Defects C.3 row 22.
func TestRun_endsWhileAListIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.noList = make(chan struct{})
		i, stop := start(t, s)
		synctest.Wait()
		stop()
		if !i.IsStopped() || i.HasSynced() {
			t.Errorf("stopped %v, synced %v; want true, false", i.IsStopped(), i.HasSynced())
		}
	})
}

func TestLog_saysOnceThatTheCacheIsOutOfDateAndOnceThatItIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x"))
		var lines bytes.Buffer
		i, stop := start(t, s, func(c *informer.Config) {
			c.Logger = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{
				ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
					if a.Key == slog.TimeKey {
						return slog.Attr{}
					}
					return a
				},
			}))
		})
		defer stop()
		time.Sleep(time.Minute)
		s.compact() // a watch that ends as they do is nothing to write about
		s.dropWatches()
		time.Sleep(time.Minute)
		synctest.Wait()
		lines.Reset()

		refuseWatches := func(err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.noWatch = err
		}
		refuseWatches(syscall.ECONNREFUSED)
		s.dropWatches()
		time.Sleep(10 * time.Minute)
		refuseWatches(nil)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		var got []string
		for line := range strings.Lines(lines.String()) {
			if strings.Contains(line, "cache ") {
				got = append(got, line[:strings.Index(line, " informer=")])
			}
		}
		want := []string{
			`level=WARN msg="cache does not follow the API server and shows what it last knew; will retry"`,
			`level=INFO msg="cache follows the API server again"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("log mismatch (-want +got):\n%s\n%s", diff, lines.String())
		}
		if err := i.LastError(); err != nil {
			t.Errorf("last error is %v after recovery", err)
		}
	})
}
