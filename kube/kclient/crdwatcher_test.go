// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
	"github.com/krtkit/krtkit/util/test/leak"
	"github.com/krtkit/krtkit/util/test/retry"
)

// who asks at the moment when the definition comes is told once: either that it is
// there, or by a call.
func TestCrdWatcher_callsBackOnceHoweverItRaces(t *testing.T) {
	leak.Check(t)
	for round := range 20 { // outside of a bubble, so that goroutines really run at the same time
		client := kubefake.NewClient()
		stop := make(chan struct{})
		watcher := client.CrdWatcher()
		watcher.KnownOrCallback(things, func(<-chan struct{}) {})
		if !client.RunAndWait(stop) {
			t.Fatal("not ready")
		}
		const askers = 50
		var told, known [askers]atomic.Int32
		var all sync.WaitGroup
		for i := range askers {
			all.Go(func() {
				for range i * round { // some are earlier than others
					watcher.Known(things)
				}
				if watcher.KnownOrCallback(things, func(<-chan struct{}) { told[i].Add(1) }) {
					known[i].Add(1)
				}
			})
		}
		if _, err := client.Dynamic().Resource(definitions).Create(t.Context(), definition("v1"), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		answers := func() (out [askers]int32) {
			for i := range askers {
				out[i] = told[i].Load() + known[i].Load()
			}
			return out
		}
		var once [askers]int32
		for i := range once {
			once[i] = 1
		}
		assert.EventuallyEqual(t, answers, once, retry.Timeout(10*time.Second))
		close(stop)
		client.Shutdown()
		client.Close()
		assert.Equal(t, answers(), once, fmt.Sprint("round ", round))
	}
}

//
func TestCrdWatcher_waitsForADefinition(t *testing.T) {
	inCluster(t, func(c cluster) {
		waited := make(chan bool, 2)
		gaveUp := make(chan struct{})
		for _, stop := range []chan struct{}{c.stop, gaveUp} {
			go func() { waited <- c.client.CrdWatcher().WaitForCRD(things, stop) }()
		}
		c.run()
		assert.ChannelIsEmpty(t, waited)
		close(gaveUp)
		if assert.ChannelHasItem(t, waited) {
			t.Error("true though the stop channel was closed")
		}
		assert.ChannelIsEmpty(t, waited)
		c.install("v1")
		if !assert.ChannelHasItem(t, waited) {
			t.Error("false though the resource came")
		}
	})
}

// what was asked for before the start is answered before anybody is told that
// all is known.
func TestCrdWatcher_hasSyncedAfterItsCallbacks(t *testing.T) {
	inCluster(t, func(c cluster) {
		watcher := c.client.CrdWatcher()
		goOn := make(chan struct{})
		var called atomic.Bool
		watcher.KnownOrCallback(things, func(<-chan struct{}) {
			<-goOn
			called.Store(true)
		})
		if watcher.HasSynced() {
			t.Error("synced before it runs")
		}
		go watcher.Run(c.stop)
		synctest.Wait()
		if watcher.HasSynced() {
			t.Error("synced while a callback is under way")
		}
		close(goOn)
		synctest.Wait()
		if !watcher.HasSynced() || !called.Load() {
			t.Errorf("synced %v, called %v", watcher.HasSynced(), called.Load())
		}
		returned := make(chan struct{})
		go func() { // a second time it returns at once
			defer close(returned)
			watcher.Run(make(chan struct{}))
		}()
		assert.ChannelIsClosed(t, returned)
	}, definition("v1"))
}

// F-8 of the contract's fake: lists that nobody watches after hold up nobody.
//
// Defects C.4 row 25.
func TestRunAndWait_isNotHeldUpByDirectLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := kubefake.NewClient()
		stop := test.NewStop(t)
		for range 3 {
			if _, err := client.Dynamic().Resource(podsResource).List(t.Context(), metav1.ListOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		if !client.RunAndWait(stop) || !kube.WaitForCacheSync("lists", stop, func() bool { return true }) || time.Since(begin) > time.Second {
			t.Errorf("not ready, or only after %v", time.Since(begin))
		}
		close(stop)
		client.Shutdown()
		client.Close()
	})
}
