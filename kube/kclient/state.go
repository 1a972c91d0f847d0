// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"

	"github.com/krtkit/krtkit/kube/internal/informer"
)

// Phase is how far a client's cache has come.
type Phase int

// The phases.
const (
	// PhaseStarting is before the cache is complete, as long as nothing failed: the
	// client was not started, or the server has not answered yet.
	PhaseStarting Phase = iota
	// PhaseReady is when the cache is complete and follows the API server.
	PhaseReady
	// PhaseAbsent is when the API server does not serve the resource of a delayed
	// client. There are no objects.
	PhaseAbsent
	// PhaseFailed is when the last list or watch failed. The cache shows what it last
	// knew; the next attempt follows by itself.
	PhaseFailed
	// PhaseStopped is when the informer has ended. The cache shows what it last knew,
	// for ever.
	PhaseStopped
)

// String returns "starting", "ready", "absent", "failed" or "stopped".
func (p Phase) String() string {
	switch p {
	case PhaseStarting:
		return "starting"
	case PhaseReady:
		return "ready"
	case PhaseAbsent:
		return "absent"
	case PhaseFailed:
		return "failed"
	case PhaseStopped:
		return "stopped"
	default:
		return fmt.Sprintf("Phase(%d)", int(p))
	}
}

// State is what a client's cache is doing.
type State struct {
	Phase Phase
	// Err is what the list or watch ran into, in PhaseFailed; else nil.
	Err error
}

// String returns the phase and, after a colon, the error if there is one.
func (s State) String() string {
	if s.Err == nil {
		return s.Phase.String()
	}
	return s.Phase.String() + ": " + s.Err.Error()
}

func (c *informerClient[T]) State() State {
	phase, err := c.view.State()
	switch phase {
	case informer.Ready:
		return State{Phase: PhaseReady}
	case informer.Absent:
		return State{Phase: PhaseAbsent}
	case informer.Failed:
		return State{Phase: PhaseFailed, Err: err}
	case informer.Stopped:
		return State{Phase: PhaseStopped}
	case informer.Starting:
	}
	return State{Phase: PhaseStarting}
}

func (c *informerClient[T]) WaitFor(ctx context.Context, resourceVersion string) error {
	return c.view.WaitFor(ctx, resourceVersion)
}
