// SPDX-License-Identifier: Apache-2.0

package informer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
)

// Code that is written against client-go's informers works on ours.
func TestShared_isASharedIndexInformer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(configMap("a", "x", "app", "cart"))
		var i cache.SharedIndexInformer = newInformer(s)
		if err := i.AddIndexers(cache.Indexers{"app": func(obj any) ([]string, error) { return byApp(obj), nil }}); err != nil {
			t.Fatal(err)
		}
		if err := i.SetTransform(func(obj any) (any, error) {
			obj.(*corev1.ConfigMap).Data = map[string]string{"by": "transform"}
			return obj, nil
		}); err != nil {
			t.Fatal(err)
		}
		var failures atomic.Int32
		if err := i.SetWatchErrorHandler(func(*cache.Reflector, error) { failures.Add(1) }); err != nil {
			t.Fatal(err)
		}
		r, second, third := newRecorder(), newRecorder(), newRecorder()
		registration, err := i.AddEventHandler(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.AddEventHandlerWithResyncPeriod(second, time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := i.AddEventHandlerWithOptions(third, cache.HandlerOptions{}); err != nil {
			t.Fatal(err)
		}
		if i.LastSyncResourceVersion() != "" || i.IsStopped() {
			t.Errorf("before its start the informer is at %q, stopped %v", i.LastSyncResourceVersion(), i.IsStopped())
		}

		s.fail(errors.New("not yet"))
		stop := make(chan struct{})
		ended := make(chan struct{})
		i.GetController().Run(stop)                            // only the informer itself runs
		i.GetController().RunWithContext(context.Background()) // likewise
		go func() {
			defer close(ended)
			i.Run(stop)
		}()
		time.Sleep(time.Second)
		if failures.Load() == 0 {
			t.Error("the error handler was not called")
		}
		s.fail(nil)
		if !cache.WaitFor(t.Context(), "", i.HasSyncedChecker(), registration.HasSyncedChecker()) || !i.GetController().HasSynced() {
			t.Error("not synced")
		}
		expect(t, r, "initial a/x")
		time.Sleep(time.Minute)
		expect(t, second, "initial a/x") // no resync
		if i.LastSyncResourceVersion() != "1" {
			t.Errorf("informer is at %q, want 1", i.LastSyncResourceVersion())
		}
		found, err := i.GetIndexer().ByIndex("app", "cart")
		if err != nil || len(found) != 1 || found[0].(*corev1.ConfigMap).Data["by"] != "transform" {
			t.Errorf("ByIndex = %v, %v; want the transformed object", found, err)
		}
		if n := len(i.GetStore().ListKeys()); n != 1 {
			t.Errorf("store has %d keys, want 1", n)
		}
		if err := i.SetTransform(nil); err == nil {
			t.Error("the transform of a running informer was changed")
		}

		if err := i.RemoveEventHandler(registration); err != nil {
			t.Fatal(err)
		}
		s.put(configMap("a", "y"))
		expect(t, r, "")
		expect(t, third, "initial a/x, add a/y")
		close(stop)
		<-ended
		if !i.IsStopped() {
			t.Error("not stopped")
		}
		i.Run(stop) // returns
	})
}
