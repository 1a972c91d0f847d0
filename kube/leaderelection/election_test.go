// SPDX-License-Identifier: Apache-2.0

package leaderelection_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/leaderelection"
)

// settle waits, and then until everybody waits.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestRun_oneLeadsAndTheNextFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 0)
		synctest.Wait()
		if !a.IsLeader() || w.leader() != "a" {
			t.Errorf("leader is %q, want a from the start", w.leader())
		}
		b, c := w.candidate("b", 0), w.candidate("c", 0)
		settle(10 * time.Minute)
		if w.past() != "a" || b.IsLeader() || c.IsLeader() {
			t.Errorf("leaders were %q, want a all the time", w.past())
		}
		lease := w.lease()
		if lease == nil || *lease.Spec.HolderIdentity != "a" || *lease.Spec.LeaseDurationSeconds != 30 ||
			time.Since(lease.Spec.RenewTime.Time) > pollEvery+time.Second {
			t.Errorf("lease is %+v", lease)
		}
		a.end()
		if a.IsLeader() {
			t.Error("a leads after its end")
		}
		settle(pollEvery)
		if leader := w.leader(); leader != "b" && leader != "c" {
			t.Errorf("leader is %q, want b or c, as a has given the Lease back", leader)
		}
		b.end()
		c.end()
		if lease := w.lease(); lease == nil || lease.Spec.HolderIdentity != nil || len(lease.Annotations) != 0 {
			t.Errorf("lease is %+v, want that nobody holds it", lease)
		}
		w.check()
		w.server.Close()
	})
}

// Who dies is followed when the Lease has ended, and not before.
func TestRun_aDeadLeaderIsFollowedAfterTheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", deadline-time.Second)
		synctest.Wait()
		b := w.candidate("b", 0)
		settle(time.Minute)
		a.network.set(func(*http.Request) fault { return fault{lost: true} })
		settle(deadline)
		if w.leader() != "" || a.IsLeader() {
			t.Errorf("leader is %q, want none: a cannot renew", w.leader())
		}
		settle(ttl)
		if w.leader() != "b" {
			t.Errorf("leader is %q, want b", w.leader())
		}
		a.network.set(nil)
		settle(time.Minute)
		a.end()
		b.end()
		w.check()
		w.server.Close()
	})
}

// The functions end in time even if a request never returns.
func TestRun_doesNotTrustRequestsToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 0)
		settle(time.Second)
		a.network.set(func(*http.Request) fault { return fault{before: time.Hour, deaf: true, lost: true} })
		settle(deadline)
		if a.IsLeader() || w.leader() != "" {
			t.Error("a leads although it did not renew the Lease")
		}
		a.network.set(nil)
		settle(2 * time.Hour)
		if w.leader() != "a" {
			t.Error("a does not lead although it could have taken the Lease again")
		}
		a.end()
		w.check()
		w.server.Close()
	})
}

func TestRun_lostPermissionEndsTheTermAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 0)
		synctest.Wait()
		goroutines := runtime.NumGoroutine()
		for n := range 20 {
			if w.leader() != "a" {
				t.Errorf("does not lead for the time %d", n+1)
			}
			a.network.set(func(r *http.Request) fault {
				if r.Method == http.MethodGet {
					return fault{}
				}
				return fault{status: http.StatusForbidden}
			})
			settle(pollEvery + deadline)
			if w.leader() != "" {
				t.Error("leads without the permission to renew")
			}
			a.network.set(nil)
			settle(pollEvery)
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			t.Errorf("there are %d goroutines after 20 terms, and were %d in the first", n, goroutines)
		}
		a.end()
		w.check()
		w.server.Close()
	})
}

func TestRun_aDeletedLeaseIsMadeAgainByItsHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 0)
		settle(time.Second)
		b := w.candidate("b", 0)
		for range 20 {
			settle(11 * time.Second)
			if err := w.leases().Delete("election", "shop"); err != nil {
				t.Fatal(err)
			}
			settle(pollEvery + time.Second)
			if w.lease() == nil {
				t.Error("there is no Lease")
			}
		}
		if w.past() != "a" {
			t.Errorf("leaders were %q, want a all the time", w.past())
		}
		// When the holder is gone too, another makes it.
		a.network.set(func(*http.Request) fault { return fault{lost: true} })
		settle(time.Second)
		if err := w.leases().Delete("election", "shop"); err != nil {
			t.Fatal(err)
		}
		settle(ttl + 2*pollEvery)
		if w.leader() != "b" {
			t.Errorf("leader is %q, want b", w.leader())
		}
		a.end()
		b.end()
		w.check()
		w.server.Close()
	})
}

// Who had the Lease and has not seen yet who has it now must not take it for nobody's.
func TestRun_aDeletedLeaseIsNotForWhoHadItLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for n := range 10 {
			w := newWorld(t)
			a := w.candidate("a", 0, leaderelection.WithKey("low"))
			settle(time.Second)
			b := w.candidate("b", 0, leaderelection.WithPriority(func(key string) bool { return key == "low" }))
			for w.leader() != "b" {
				settle(10 * time.Millisecond)
			}
			settle(time.Duration(n) * 100 * time.Millisecond)
			for range 180 { // as soon as it is there again, for less than the TTL
				if err := w.leases().Delete("election", "shop"); err != nil && !apierrors.IsNotFound(err) {
					t.Error(err)
				}
				settle(100 * time.Millisecond)
			}
			settle(2 * ttl)
			if w.past() != "a b" {
				t.Errorf("leaders were %q, want a and then b", w.past())
			}
			a.end()
			b.end()
			w.check()
			w.server.Close()
		}
	})
}

// An answer that is lost is no lost Lease.
func TestRun_survivesLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.newCandidate("a", "")
		a.AddRunFunction(func(stop <-chan struct{}) { w.lead(a, "a", stop, 0) })
		writes := 0
		a.network.set(func(r *http.Request) fault {
			if r.Method == http.MethodGet {
				return fault{}
			}
			writes++
			return fault{unanswered: writes%3 != 0} // the first ones too
		})
		a.run()
		settle(10 * time.Minute)
		if w.past() != "a" || w.leader() != "a" {
			t.Errorf("leaders were %q, want a all the time", w.past())
		}
		a.network.set(func(r *http.Request) fault { return fault{unanswered: r.Method != http.MethodGet} })
		a.end()
		if lease := w.lease(); lease == nil || lease.Spec.HolderIdentity != nil {
			t.Errorf("lease is %+v, want that nobody holds it", lease)
		}
		w.check()
		w.server.Close()
	})
}

// The name of a pod can be that of its predecessor, which may be alive.
func TestRun_aNamesakeIsSomebodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.candidate("same", 0)
		settle(time.Second)
		second := w.candidate("same", 0)
		settle(10 * time.Minute)
		if first.IsLeader() == second.IsLeader() {
			t.Errorf("first leads: %v, second leads: %v; want the first only", first.IsLeader(), second.IsLeader())
		}
		first.end()
		settle(pollEvery)
		if !second.IsLeader() {
			t.Error("the second does not follow")
		}
		second.end()
		w.check()
		w.server.Close()
	})
}

// The times in a Lease are of another clock; what counts is whether it changes.
func TestRun_comparesNoClocks(t *testing.T) {
	for _, renewed := range []time.Duration{-time.Hour, 0, time.Hour} {
		t.Run(renewed.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				other, seconds, when := "other", int32(60), metav1.NewMicroTime(time.Now().Add(renewed))
				lease := &coordinationv1.Lease{
					ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "election"},
					Spec:       coordinationv1.LeaseSpec{HolderIdentity: &other, LeaseDurationSeconds: &seconds, RenewTime: &when},
				}
				if err := w.server.Put(lease); err != nil {
					t.Fatal(err)
				}
				a := w.candidate("a", 0)
				settle(time.Minute - time.Second)
				if w.leader() != "" {
					t.Error("a leads before the other's Lease has ended")
				}
				settle(pollEvery + time.Second)
				if w.leader() != "a" {
					t.Error("a does not lead although the other's Lease has ended")
				}
				a.end()
				w.server.Close()
			})
		})
	}
}

func TestRun_whoOutranksTheHolderGetsTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		preferred := leaderelection.WithPreferredRevision(func() string { return "blue" })
		start := func(name, revision string, opts ...leaderelection.Option) *participant {
			p := w.newCandidate(name, revision, append(opts, preferred)...)
			p.AddRunFunction(func(stop <-chan struct{}) { w.lead(p, name, stop, 3*time.Second) })
			p.run()
			settle(2 * pollEvery)
			return p
		}
		all := []*participant{
			start("green-remote", "green", leaderelection.WithRemote()),
			start("green", "green"),
			start("green-2", "green"),
			start("blue-remote", "blue", leaderelection.WithRemote()),
			start("blue", "blue"),
			start("red", "red"),
		}
		settle(10 * time.Minute)
		if want := "green-remote green blue-remote blue"; w.past() != want {
			t.Errorf("leaders were %q, want %q", w.past(), want)
		}
		if got := w.lease().Annotations["leaderelection.krtkit/holder-key"]; got != "blue" {
			t.Errorf("holder's key is %q, want blue", got)
		}
		for _, p := range all {
			p.end()
		}
		w.check()
		w.server.Close()
	})
}

// Who asks and dies has done no harm but a short pause.
func TestRun_whoAsksForTheLeaseAndDiesIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 0, leaderelection.WithKey("low"))
		settle(time.Second)
		b := w.candidate("b", 0, leaderelection.WithPriority(func(key string) bool {
			if key != "low" {
				t.Errorf("asked about the key %q", key)
			}
			return true
		}))
		b.network.set(func(r *http.Request) fault {
			b.network.fault = func(*http.Request) fault { return fault{lost: r.Method == http.MethodPut} }
			return fault{}
		})
		settle(time.Second)
		b.network.set(func(*http.Request) fault { return fault{lost: true} })
		settle(time.Minute)
		if w.leader() != "a" {
			t.Errorf("leader is %q, want a again", w.leader())
		}
		b.end()
		a.end()
		w.check()
		w.server.Close()
	})
}

func TestRun_waitsForFunctionsBeforeItGivesTheLeaseBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", 50*time.Second, leaderelection.WithStopTimeout(time.Minute))
		settle(time.Second)
		b := w.candidate("b", 0)
		settle(time.Second)
		began := time.Now()
		a.end()
		if d := time.Since(began); d != 50*time.Second {
			t.Errorf("Run returned after %v, want 50s, when the function has returned", d)
		}
		if w.leader() != "" {
			t.Error("somebody leads while the function runs")
		}
		settle(pollEvery)
		if w.leader() != "b" {
			t.Error("b does not lead")
		}
		b.end()
		w.check()
		w.server.Close()
	})
}

func TestRun_doesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", time.Hour)
		settle(time.Second)
		began := time.Now()
		a.end()
		if d := time.Since(began); d != deadline {
			t.Errorf("Run returned after %v, want %v", d, deadline)
		}
		if lease := w.lease(); lease.Spec.HolderIdentity == nil {
			t.Error("the Lease was given back while the function runs")
		}
		time.Sleep(time.Hour)
		w.server.Close()
	})
}

// A server that does not answer keeps nobody from stopping.
func TestRun_endsWithoutTheServer(t *testing.T) {
	for _, f := range []fault{{lost: true}, {before: time.Hour, lost: true}, {status: http.StatusForbidden}, {after: time.Hour}} {
		t.Run(fmt.Sprintf("%+v", f), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				a, b := w.candidate("a", 0), w.candidate("b", 0)
				settle(time.Second)
				if b.IsLeader() {
					a, b = b, a
				}
				for _, p := range []*participant{a, b} {
					p.network.set(func(*http.Request) fault { return f })
				}
				settle(pollEvery + time.Second)
				began := time.Now()
				close(a.stop)
				synctest.Wait()
				if w.leader() != "" {
					t.Error("functions go on after the stop")
				}
				<-a.ended
				if d := time.Since(began); d > ttl/4 {
					t.Errorf("the leader's Run returned after %v, want at most %v", d, ttl/4)
				}
				began = time.Now()
				b.end()
				if d := time.Since(began); d != 0 {
					t.Errorf("the candidate's Run returned after %v, want at once", d)
				}
				w.check()
				w.server.Close()
			})
		})
	}
}

// A process does not compete with its own past.
func TestRun_isNoCandidateWhileOldFunctionsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.candidate("a", time.Hour)
		settle(time.Second)
		a.network.set(func(*http.Request) fault { return fault{lost: true} })
		settle(deadline)
		a.network.set(nil)
		settle(time.Minute)
		if w.past() != "a" {
			t.Errorf("leaders were %q, want one term only", w.past())
		}
		settle(time.Hour)
		if w.past() != "a a" {
			t.Errorf("leaders were %q, want another term now", w.past())
		}
		settle(time.Second)
		close(a.stop)
		time.Sleep(time.Hour)
		<-a.ended
		w.check()
		w.server.Close()
	})
}

func TestRun_disabledLeadsWithoutALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.newCandidate("a", "", leaderelection.WithDisabled()), w.newCandidate("b", "", leaderelection.WithDisabled())
		for _, p := range []*participant{a, b} {
			p.AddRunFunction(func(stop <-chan struct{}) { <-stop })
			p.run()
		}
		synctest.Wait()
		if !a.IsLeader() || !b.IsLeader() {
			t.Error("not all lead")
		}
		a.end()
		b.end()
		if a.IsLeader() || a.network.count()+b.network.count() != 0 {
			t.Errorf("leads at the end: %v; %d requests were made", a.IsLeader(), a.network.count()+b.network.count())
		}
		w.server.Close()
	})
}

func TestRun_callsEveryFunctionInEveryTerm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var calls [3]atomic.Int32
		a := w.newCandidate("a", "")
		for i := range calls {
			a.AddRunFunction(func(stop <-chan struct{}) {
				calls[i].Add(1)
				if i > 0 { // the first returns at once, and the term goes on
					<-stop
				}
			})
		}
		for n := range 3 {
			a.stop, a.ended = make(chan struct{}), make(chan struct{})
			a.run() // the same candidate again
			settle(time.Minute)
			if number, leads := a.Term(); !leads || number != int32(n) {
				t.Errorf("term is %d, %v; want %d", number, leads, n)
			}
			a.end()
		}
		for i := range calls {
			if got := calls[i].Load(); got != 3 {
				t.Errorf("function %d was called %d times in 3 terms", i, got)
			}
		}
		w.server.Close()
	})
}

// A program that makes so many requests that they wait for each other leads on; and it
// need not know Leases.
func TestRun_dependsOnNeitherLimitNorScheme(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(shop())
		config := server.RESTConfig()
		config.RateLimiter = blocked{}
		client, err := kube.New(config, kube.WithScheme(kruntime.NewScheme()))
		if err != nil {
			t.Fatal(err)
		}
		l := leaderelection.NewLeaderElection("shop", "", "election", "", client, leaderelection.WithTTL(1500*time.Millisecond))
		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			l.Run(stop)
		}()
		settle(time.Minute)
		if !l.IsLeader() {
			t.Error("does not lead")
		}
		w := &world{t: t, server: server}
		if lease := w.lease(); !strings.HasPrefix(*lease.Spec.HolderIdentity, "unknown-") || *lease.Spec.LeaseDurationSeconds != 2 {
			t.Errorf("lease is %+v", lease.Spec)
		}
		close(stop)
		<-ended
		server.Close()
	})
}

type blocked struct{}

func (blocked) TryAccept() bool { return false }
func (blocked) Accept()         { select {} }
func (blocked) Stop()           {}
func (blocked) QPS() float32    { return 1 }

func TestNewLeaderElection_saysWhatIsMissing(t *testing.T) {
	client := kubefake.NewClient()
	defer client.Close()
	for name, f := range map[string]func(){
		"namespace": func() { leaderelection.NewLeaderElection("", "a", "election", "", client) },
		"TTL":       func() { leaderelection.WithTTL(time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if r := recover(); !strings.Contains(fmt.Sprint(r), "leaderelection") || !strings.Contains(fmt.Sprint(r), name) {
					t.Errorf("panicked with %v", r)
				}
			}()
			f()
		})
	}
}

func (blocked) Wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
