// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// LogNothing makes controller-runtime silent, for the whole process. It asks for a
// logger, or else complains.
func LogNothing() { ctrl.SetLogger(logr.Discard()) }

// ControllerRuntime returns the scenarios on controller-runtime: a manager with one
// controller, which reconciles pods.
func ControllerRuntime() scenario.Suite {
	return suite("controller-runtime", func(c *rest.Config, told func()) watcher {
		manager, err := ctrl.NewManager(c, ctrl.Options{
			Logger:     logr.Discard(),
			Metrics:    metricsserver.Options{BindAddress: "0"},
			Controller: config.Controller{SkipNameValidation: new(true)}, // there is one in each round
		})
		must(err)
		r := &reconciler{pods: manager.GetClient(), objects: map[string]scenario.Object{}, told: told}
		must(ctrl.NewControllerManagedBy(manager).For(&corev1.Pod{}).Complete(r))
		ctx, cancel := context.WithCancel(context.Background())
		r.cancel = cancel
		r.manager.Go(func() { must(manager.Start(ctx)) })
		return r
	})
}

type reconciler struct {
	pods    client.Reader
	told    func()
	cancel  context.CancelFunc
	manager sync.WaitGroup

	mu      sync.Mutex
	objects map[string]scenario.Object
}

// Reconcile implements [ctrl.Reconciler].
func (r *reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var p corev1.Pod
	if err := r.pods.Get(ctx, req.NamespacedName, &p); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if r.put(object(&p)) {
		r.told()
	}
	return ctrl.Result{}, nil
}

// put stores an object, and reports whether it is another one than before.
func (r *reconciler) put(o scenario.Object) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.objects[o.Name]; ok && old == o {
		return false
	}
	r.objects[o.Name] = o
	return true
}

func (r *reconciler) derived() []scenario.Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.objects))
}

func (r *reconciler) close() {
	r.cancel()
	r.manager.Wait()
}

// must is for errors that only a mistake in here can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
