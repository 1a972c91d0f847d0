// SPDX-License-Identifier: Apache-2.0

package leaderelection_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/kube/leaderelection"
)

var seeds = flag.Int("leaderelection.seeds", 20, "how many random stories TestRun_neverHasTwoLeaders tells")

// storm is a network that does with each request what a number of a sequence says:
// nothing, most often, or something bad. How bad it is changes every minute.
func storm(r *rand.Rand) func(*http.Request) fault {
	began, badness := time.Now(), 0.0
	minute := -1
	return func(*http.Request) fault {
		if m := int(time.Since(began) / time.Minute); m != minute {
			minute, badness = m, []float64{0, 0.1, 0.5, 0.9, 1}[r.IntN(5)]
		}
		f := fault{before: time.Duration(r.IntN(300)) * time.Millisecond}
		if r.Float64() >= badness {
			return f
		}
		switch r.IntN(6) {
		case 0:
			f.lost = true
		case 1:
			f.unanswered = true
		case 2:
			f.status = []int{http.StatusForbidden, http.StatusInternalServerError, http.StatusTooManyRequests}[r.IntN(3)]
		case 3:
			f.before = time.Duration(r.IntN(60)) * time.Second
		case 4:
			f.after = time.Duration(r.IntN(60)) * time.Second
		case 5: // it arrives when everybody has given it up
			f.before, f.deaf = time.Duration(r.IntN(90))*time.Second, true
		}
		return f
	}
}

// In stories of half an hour, candidates come and go, die, are cut off, ask each other
// for the Lease, and lose requests before and after they arrive. There is never more
// than one leader; and when the network is well again there is one, soon.
func TestRun_neverHasTwoLeaders(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tell(t, uint64(seed)) })
		})
	}
}

func tell(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	revisions := []string{"red", "green", "blue"}
	preferred := ""
	born := 0
	birth := func() *participant {
		born++
		var opts []leaderelection.Option
		if r.IntN(2) == 0 {
			opts = append(opts, leaderelection.WithRemote())
		}
		if seed%2 == 0 {
			opts = append(opts, leaderelection.WithPreferredRevision(func() string {
				w.mu.Lock()
				defer w.mu.Unlock()
				return preferred
			}))
		}
		// Names are used again, as those of pods are.
		name := fmt.Sprint("c", born%4)
		p := w.newCandidate(name, revisions[r.IntN(3)], opts...)
		takes := time.Duration(r.IntN(int(deadline/time.Millisecond))) * time.Millisecond
		unique := fmt.Sprint("c", born)
		p.AddRunFunction(func(stop <-chan struct{}) { w.lead(p, unique, stop, takes) })
		p.network.set(storm(rand.New(rand.NewPCG(seed, uint64(born)))))
		p.run()
		return p
	}
	living := []*participant{birth(), birth(), birth()}
	for began := time.Now(); time.Since(began) < 30*time.Minute; {
		settle(time.Duration(r.IntN(30_000)) * time.Millisecond)
		switch n := r.IntN(len(living)); r.IntN(10) {
		case 0:
			close(living[n].stop)
			<-living[n].ended
			living[n] = birth()
		case 1: // cut off from one moment to the next, with what is under way
			living[n].network.set(func(*http.Request) fault {
				return fault{lost: true, before: time.Second}
			})
		case 2:
			living[n].network.set(storm(rand.New(rand.NewPCG(seed, uint64(time.Since(began))))))
		case 3:
			w.mu.Lock()
			preferred = revisions[r.IntN(3)]
			w.mu.Unlock()
		}
	}
	for _, p := range living {
		p.network.set(nil)
	}
	// A request from before can take 90 s to arrive; it may be one that takes the Lease
	// for somebody who is no more.
	settle(90*time.Second + 2*ttl + 2*pollEvery)
	if w.leader() == "" {
		t.Errorf("seed %d: nobody leads although all is well; leaders were %q", seed, w.past())
	}
	for _, p := range living {
		p.end()
	}
	time.Sleep(2 * time.Minute) // for requests that nobody waits for
	w.check()
	if len(w.history) < 3 {
		t.Errorf("seed %d: there were only %d terms, which shows nothing", seed, len(w.history))
	}
	w.server.Close()
}
