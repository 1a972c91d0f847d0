// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/util/queue"
)

// TestAgeing_aStartDelaysChangesByAFewTurns has 100,000 keys wait that were there at
// the start, of a millisecond each, while a key changes a hundred times a second.
func TestAgeing_aStartDelaysChangesByAFewTurns(t *testing.T) {
	const (
		initial = 100_000
		turn    = time.Millisecond
		every   = 10 * time.Millisecond
	)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var waits []time.Duration
		added := map[int]time.Time{}
		began := time.Now()
		var last time.Duration
		q := queue.New("q", func(_ context.Context, key int) queue.Result {
			mu.Lock()
			if at, live := added[key]; live {
				waits = append(waits, time.Since(at))
			} else {
				last = time.Since(began)
			}
			mu.Unlock()
			time.Sleep(turn)
			return queue.Result{}
		})
		for key := range initial {
			q.AddWithPriority(key, -100)
		}
		time.Sleep(turn / 3) // so that changes do not come between two turns
		start(t, q)
		for key := initial; !q.HasSynced(); key++ {
			mu.Lock()
			added[key] = time.Now()
			mu.Unlock()
			q.Add(key)
			time.Sleep(every)
		}
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(waits)
		// The turn that is going on, and at most one of an aged key.
		if p99, most := waits[len(waits)*99/100], waits[len(waits)-1]; most > 2*turn {
			t.Errorf("of %d changes the 99th percent waited %v, and the longest %v, want at most %v", len(waits), p99, most, 2*turn)
		}
		// No turn is lost: changes take one in ten.
		if bound := time.Duration(initial+len(waits)+1) * turn; last > bound {
			t.Errorf("the last key of the start waited %v, want at most %v", last, bound)
		}
	})
}

// TestAgeing_bothAreBounded has more live keys than the queue can do, above a line
// of old ones.
func TestAgeing_bothAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const (
			old    = 100
			turn   = time.Millisecond
			ageing = 50 * time.Millisecond
		)
		added := map[string]time.Time{}
		var oldest, live time.Duration
		var c calls
		q := queue.New("q", func(_ context.Context, key string) queue.Result {
			c.mu.Lock()
			age := time.Since(added[key])
			delete(added, key)
			if key[0] == 'o' {
				oldest = max(oldest, age)
				c.lines = append(c.lines, key)
			} else {
				live = max(live, age)
			}
			c.mu.Unlock()
			time.Sleep(turn)
			return queue.Result{}
		}, queue.WithAgeing(ageing))
		for i := range old {
			key := fmt.Sprintf("o%d", i)
			added[key] = time.Now()
			q.AddWithPriority(key, -100)
		}
		start(t, q)
		for i := range 10 * old {
			key := fmt.Sprintf("l%d", i%40) // dedup bounds the overload
			c.mu.Lock()
			if _, waits := added[key]; !waits {
				added[key] = time.Now()
			}
			c.mu.Unlock()
			q.Add(key)
			time.Sleep(turn / 2)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.lines) < old {
			t.Errorf("%d of %d old keys were reconciled", len(c.lines), old)
		}
		// Every fourth turn once they are aged, after at most one round of the live ones.
		if bound := ageing + 4*turn*(old+40); oldest > bound {
			t.Errorf("an old key waited %v, want at most %v", oldest, bound)
		}
		if bound := 40 * turn * 4 / 3 * 2; live > bound {
			t.Errorf("a live key waited %v, want at most %v", live, bound)
		}
	})
}
