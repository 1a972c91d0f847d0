// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/krtkit/krtkit/util/queue"
)

// InitialPriority is the priority at which [EnqueueHandler] adds what was there
// already.
const InitialPriority = -100

// ReconcilerFn brings what belongs to an object in order.
type ReconcilerFn func(key types.NamespacedName) error

// Queue reconciles the objects that event handlers add, one after the other and each
// once, however often it was added while it waited. It is a value whose copies are
// the same queue; only [NewQueue] makes one. Programs with keys of one type have the
// whole of its engine in package util/queue.
type Queue struct {
	*queueState
}

// queueState is what the copies of a Queue share. Nothing of it changes once it is
// made.
type queueState struct {
	engine *queue.Queue[any]

	name      string
	reconcile func(ctx context.Context, key any) error
	check     func(key any)
	options   []queue.Option
}

// NewQueue returns a queue. It panics unless one of the options says what to call:
// [WithReconciler], [WithGenericReconciler] or [WithContextReconciler]. Nothing runs
// before Run. By default nothing that failed is tried again: see [WithMaxAttempts].
func NewQueue(name string, options ...func(*Queue)) Queue {
	q := Queue{&queueState{name: name}}
	q.options = []queue.Option{
		queue.WithRateLimiter[any](workqueue.DefaultTypedControllerRateLimiter[any]()),
		queue.WithMaxAttempts(1), queue.WithDrain(queue.Forever),
	}
	for _, o := range options {
		o(&q)
	}
	if q.reconcile == nil {
		panic(fmt.Sprintf("controllers: queue %q has nothing to call: give it WithReconciler", q.name))
	}
	reconcile := q.reconcile
	q.engine = queue.New(q.name, func(ctx context.Context, key any) queue.Result {
		return queue.Result{Err: reconcile(ctx, key)}
	}, q.options...)
	return q
}

// WithName gives the queue another name than the one that NewQueue was given.
func WithName(name string) func(q *Queue) {
	return func(q *Queue) { q.name = name }
}

// WithRateLimiter has r say how long an object waits after a failed attempt. The
// default is client-go's for controllers: 5 milliseconds that double up to 1,000
// seconds, and not more than 10 attempts a second after the first 100.
func WithRateLimiter(r workqueue.TypedRateLimiter[any]) func(q *Queue) {
	return WithQueueOptions(queue.WithRateLimiter[any](r))
}

// WithMaxAttempts has an object reconciled up to n times until it is given up, with
// a line in the log. The default, and anything below 2, is to try once;
// math.MaxInt is for as long as it takes. An error that is queue.Permanent is not
// tried again.
func WithMaxAttempts(n int) func(q *Queue) {
	return WithQueueOptions(queue.WithMaxAttempts(max(1, n)))
}

// WithConcurrency has n objects reconciled at the same time; the default is 1. One
// object is never reconciled twice at the same time.
func WithConcurrency(n int) func(q *Queue) {
	return WithQueueOptions(queue.WithConcurrency(n))
}

// WithReconciler has f called with what is added, which must then be a
// types.NamespacedName: Add of anything else panics.
func WithReconciler(f ReconcilerFn) func(q *Queue) {
	return WithContextReconciler(func(_ context.Context, key types.NamespacedName) error { return f(key) })
}

// WithContextReconciler is [WithReconciler] for functions that take a context. It
// has the values of the context that the queue is run with, and ends when the queue
// is stopped and the time for draining is over.
func WithContextReconciler(f func(ctx context.Context, key types.NamespacedName) error) func(q *Queue) {
	return func(q *Queue) {
		q.reconcile = func(ctx context.Context, key any) error {
			name, _ := key.(types.NamespacedName) // checked when it was added
			return f(ctx, name)
		}
		q.check = func(key any) {
			if _, ok := key.(types.NamespacedName); !ok {
				panic(fmt.Sprintf("controllers: queue: a %T was added: "+
					"with WithReconciler it must be a types.NamespacedName; WithGenericReconciler takes anything", key))
			}
		}
	}
}

// WithGenericReconciler has f called with what is added, which may be of any type
// that can be compared.
func WithGenericReconciler(f func(key any) error) func(q *Queue) {
	return func(q *Queue) {
		q.reconcile = func(_ context.Context, key any) error { return f(key) }
		q.check = func(any) {}
	}
}

// WithQueueOptions gives options of package util/queue, such as
// queue.WithMetrics, queue.WithRecover or queue.WithDrain. Without the latter, all that
// waits when the queue is stopped is reconciled, however long it takes.
func WithQueueOptions(options ...queue.Option) func(q *Queue) {
	return func(q *Queue) { q.options = append(q.options, options...) }
}

// Add has an item reconciled: once if it waits already, and once more if it is being
// reconciled. It does not block, and does nothing after the queue was stopped.
func (q Queue) Add(item any) {
	q.check(item)
	q.engine.Add(item)
}

// AddWithPriority is Add for an item that comes before those of lower priority. Add
// gives 0. While something has waited for more than a second, every fourth turn is
// for what has waited longest.
func (q Queue) AddWithPriority(item any, priority int) {
	q.check(item)
	q.engine.AddWithPriority(item, priority)
}

// AddAfter is Add when d has passed.
func (q Queue) AddAfter(item any, d time.Duration) {
	q.check(item)
	q.engine.AddAfter(item, d)
}

// AddObject adds the name of an object.
func (q Queue) AddObject(obj Object) {
	q.Add(nameOf(obj))
}

func nameOf(obj Object) types.NamespacedName {
	return types.NamespacedName{Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// EnqueueHandler returns a handler that adds the names of objects to the queue. Those
// that existed when the informer started are added with [InitialPriority], so that
// after a restart changes do not wait until all objects have been reconciled.
func EnqueueHandler(q Queue) cache.ResourceEventHandler {
	return EventHandler[Object]{
		AddExtendedFunc: func(obj Object, initialSync bool) {
			if initialSync {
				q.AddWithPriority(nameOf(obj), InitialPriority)
			} else {
				q.AddObject(obj)
			}
		},
		UpdateFunc: func(_, newObj Object) { q.AddObject(newObj) },
		DeleteFunc: q.AddObject,
	}
}

// Run reconciles until stop is closed, then what waits already, and returns. Retries
// that are not due are dropped. It must be called once; a second call panics.
func (q Queue) Run(stop <-chan struct{}) {
	q.RunContext(wait.ContextForChannel(stop))
}

// RunContext is [Queue.Run] until ctx ends.
func (q Queue) RunContext(ctx context.Context) {
	err := q.engine.Run(ctx)
	switch {
	case errors.Is(err, queue.ErrStarted):
		panic(fmt.Sprintf("controllers: Run of queue %q was called twice: make a queue for each run", q.name))
	case err != nil:
		slog.Default().With("scope", "controllers").Warn("queue was stopped before all was reconciled", "err", err)
	}
}

// ShutDownEarly ends a queue that will not be run, so that nobody waits for its end;
// one that runs is stopped as by its channel.
func (q Queue) ShutDownEarly() { q.engine.ShutDown() }

// HasSynced reports whether Run was called and everything that had been added by
// then has been reconciled at least once, successfully or not. So wait until the
// handlers of informers have synced before Run.
func (q Queue) HasSynced() bool { return q.engine.HasSynced() }

// Synced returns a channel that is closed when HasSynced becomes true.
func (q Queue) Synced() <-chan struct{} { return q.engine.Synced() }

// Closed returns a channel that is closed when nothing is left to do: after Run, or
// after ShutDownEarly if Run was not called.
func (q Queue) Closed() <-chan struct{} { return q.engine.Closed() }

// WaitForClose waits until the queue is closed. If that takes longer than timeout it
// returns an error; 0 is no limit.
func (q Queue) WaitForClose(timeout time.Duration) error {
	if err := queue.WaitForClose(q, timeout); err != nil {
		return fmt.Errorf("%q: %w", q.name, err)
	}
	return nil
}

// Stats returns what the queue holds, and what it has done.
func (q Queue) Stats() queue.Stats { return q.engine.Stats() }
