// SPDX-License-Identifier: Apache-2.0

package leaderelection

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/krtkit/krtkit/kube"
)

// defaultRevision is the revision of candidates that name none.
const defaultRevision = "default"

// LeaderElection is a candidate for a Lease, and the functions that run while it
// holds it. Its methods are safe for concurrent use.
type LeaderElection struct {
	lock     lock
	identity string
	options  options
	logger   *slog.Logger
	// leadership is the present one or the last, nil if there was none.
	leadership atomic.Pointer[leadership]

	mu        sync.Mutex
	functions []func(stop <-chan struct{})
}

// leadership is a term in which a candidate leads until stop is closed.
type leadership struct {
	number int32
	stop   <-chan struct{}
}

// NewLeaderElection returns a candidate for the Lease that is named electionID in the
// namespace. The candidate is called by name, which is that of its pod; without a name
// it is "unknown-" and the name of the machine. Nothing is asked of the API server
// before [LeaderElection.Run].
//
// The revision is for candidates of several versions, see [Key]; without one of the
// options [WithPriority] and [WithPreferredRevision] it changes nothing.
//
// It panics if namespace or electionID is empty.
func NewLeaderElection(
	namespace, name, electionID, revision string, client kube.Client, opts ...Option,
) *LeaderElection {
	if namespace == "" || electionID == "" {
		panic(fmt.Sprintf("leaderelection: Lease %q in namespace %q: give both names", electionID, namespace))
	}
	resource, err := newResource(client)
	if err != nil {
		// Whatever can be wrong with a configuration is wrong with the client before.
		panic(fmt.Sprintf("leaderelection: %v", err))
	}
	o := newOptions(revision, opts)
	l := &LeaderElection{
		lock:     lock{resource: resource, namespace: namespace, name: electionID, timeout: o.requestTimeout()},
		identity: name,
		options:  o,
	}
	if l.identity == "" {
		l.identity = "unknown-" + hostname()
	}
	l.logger = client.Logger().With("lease", namespace+"/"+electionID, "candidate", l.identity)
	return l
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "host"
	}
	return name
}

// NewLeaseLeaderElection is [NewLeaderElection]. All elections are about Leases here.
func NewLeaseLeaderElection(
	namespace, name, electionID, revision string, client kube.Client, opts ...Option,
) *LeaderElection {
	return NewLeaderElection(namespace, name, electionID, revision, client, opts...)
}

// NewPerRevisionLeaderElection is [NewLeaderElection] for the Lease that is named
// electionID-revision, so that each revision has a leader.
func NewPerRevisionLeaderElection(
	namespace, name, electionID, revision string, client kube.Client, opts ...Option,
) *LeaderElection {
	return NewLeaderElection(namespace, name, electionID+"-"+Key(revision, false), revision, client, opts...)
}

// AddRunFunction has f called, in a goroutine of its own, each time the candidate
// begins to lead; from the next time on if it leads already. f must return when stop
// is closed, and soon: see the package's guarantees. It may be called again after it
// has returned, so it must make what it needs anew. It returns l.
func (l *LeaderElection) AddRunFunction(f func(stop <-chan struct{})) *LeaderElection {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.functions = append(l.functions, f)
	return l
}

// IsLeader reports whether the candidate leads now. It may have ceased to when the
// caller looks at the answer.
func (l *LeaderElection) IsLeader() bool {
	_, leads := l.Term()
	return leads
}

// Term returns the number of the term in which the candidate leads, and whether it
// does. Each term of a Lease has a greater number than all before, whoever leads, as
// long as the Lease is not deleted while nobody knows it: a store that remembers the greatest number it has seen can refuse writes of a leader
// that has been replaced and does not know it yet.
func (l *LeaderElection) Term() (number int32, leads bool) {
	current := l.leadership.Load()
	if current == nil {
		return 0, false
	}
	select {
	case <-current.stop:
		return 0, false
	default:
		return current.number, true
	}
}

// Run takes part in the election until stop is closed, and calls the run functions
// whenever the candidate leads. If it leads when stop is closed, it waits for the
// functions, for as long as [WithStopTimeout] says, and gives the Lease back for
// somebody else to take; the API server gets a quarter of the TTL for that. If the
// functions have not returned by then it keeps the Lease, which ends by itself. Run
// may be called again after it has returned.
func (l *LeaderElection) Run(stop <-chan struct{}) {
	ctx := wait.ContextForChannel(stop)
	if l.options.disabled {
		l.runDisabled(ctx)
		return
	}
	c := &candidate{LeaderElection: l, nonce: rand.Text()}
	for ctx.Err() == nil {
		if t := c.acquire(ctx); t != nil {
			c.lead(ctx, t)
		}
	}
}

// runDisabled leads without a Lease.
func (l *LeaderElection) runDisabled(ctx context.Context) {
	ended := l.start(ctx, 0)
	<-ctx.Done()
	l.waitFor(ended)
}

// start begins to lead until the context ends, and calls the run functions. The
// channel that it returns is closed when all have returned.
func (l *LeaderElection) start(ctx context.Context, number int32) (ended <-chan struct{}) {
	l.leadership.Store(&leadership{number: number, stop: ctx.Done()})
	l.mu.Lock()
	functions := slices.Clone(l.functions)
	l.mu.Unlock()
	var running sync.WaitGroup
	for _, f := range functions {
		running.Go(func() { f(ctx.Done()) })
	}
	all := make(chan struct{})
	go func() {
		running.Wait()
		close(all)
	}()
	return all
}

// waitFor waits for run functions whose stop is closed, but not for ever.
func (l *LeaderElection) waitFor(ended <-chan struct{}) {
	timeout := time.NewTimer(l.options.stopTimeout)
	defer timeout.Stop()
	select {
	case <-ended:
	case <-timeout.C:
		l.logger.Error("run functions have not returned, and are left to themselves", "after", l.options.stopTimeout)
	}
}
