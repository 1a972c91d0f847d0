// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"k8s.io/client-go/tools/cache"
)

// Bounds of the pauses between two looks at something that can only be looked at.
const (
	firstPause   = 2 * time.Millisecond
	longestPause = 100 * time.Millisecond
)

// progressEvery is how many looks pass between two reports that the wait goes on.
const progressEvery = 50

// Syncer is whatever becomes synced.
type Syncer interface {
	HasSynced() bool
}

// AllSynced reports whether all syncers are synced; true if there are none.
func AllSynced[T Syncer](syncers []T) bool {
	for _, s := range syncers {
		if !s.HasSynced() {
			return false
		}
	}
	return true
}

// WaitForCacheSync waits until all functions return true, and returns whether they
// did before stop was closed. It calls them in order, again and again, from this
// goroutine, with pauses that grow from 2 to 100 ms: where a channel says the same,
// as in cache.DoneChecker, use [WaitForSync] instead. It logs how long it took, under
// the name. With no functions it returns true, unless stop is closed.
func WaitForCacheSync(name string, stop <-chan struct{}, cacheSyncs ...cache.InformerSynced) bool {
	return waitForCacheSync(slog.Default().With("scope", "kube"), name, stop, cacheSyncs...)
}

// WaitForSync waits until all checkers are done, without looking again and again. If
// the context ends first, the error has the name and those of the checkers that are
// not done, and wraps the cause of the context's end. With no checkers it returns nil,
// unless the context has ended.
func WaitForSync(ctx context.Context, name string, checkers ...cache.DoneChecker) error {
	for _, c := range checkers {
		select {
		case <-c.Done():
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil {
		return nil
	}
	var missing []string
	for _, c := range checkers {
		if !cache.IsDone(c) {
			missing = append(missing, c.Name())
		}
	}
	if len(missing) == 0 {
		return fmt.Errorf("wait for %s: %w", name, context.Cause(ctx))
	}
	return fmt.Errorf("wait for %s: not synced: %s: %w", name, strings.Join(missing, ", "), context.Cause(ctx))
}

func waitForCacheSync(log *slog.Logger, name string, stop <-chan struct{}, syncs ...cache.InformerSynced) bool {
	began := time.Now()
	pause := firstPause
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for attempt := 1; ; attempt++ {
		select {
		case <-stop:
			log.Warn("wait for caches was stopped", "name", name, "attempt", attempt, "after", time.Since(began))
			return false
		default:
		}
		if allTrue(syncs) {
			log.Debug("caches are synced", "name", name, "attempt", attempt, "after", time.Since(began))
			return true
		}
		if attempt%progressEvery == 0 {
			log.Info("waiting for caches", "name", name, "attempt", attempt, "after", time.Since(began))
		}
		timer.Reset(pause)
		pause = min(2*pause, longestPause)
		select {
		case <-stop:
		case <-timer.C:
		}
	}
}

func allTrue(syncs []cache.InformerSynced) bool {
	for _, synced := range syncs {
		if !synced() {
			return false
		}
	}
	return true
}
