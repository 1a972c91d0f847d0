// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"context"
	"fmt"

	"github.com/krtkit/krtkit/krt/internal/graph"
)

// WaitIdle waits until nothing is left to do in the graphs that the collections
// are part of: all changes that were made before have reached every collection
// that derives from them, and every handler has returned from the events of that.
// It is for tests, which can compare what they find with what must be there, and
// for readiness.
//
// A graph that changes all the time may never be idle; nor is one that has a
// collection which is not synced. When ctx ends first, the error says what is
// still waiting for what. It wraps ctx's. It is an error, too, to ask for
// something that is not a collection of this package.
//
// Called by a handler or a transformation it would wait for itself.
func WaitIdle(ctx context.Context, collections ...Syncer) error {
	nodes, err := nodesOf("WaitIdle", collections)
	if err != nil {
		return err
	}
	if err := graph.WaitIdle(ctx, nodes...); err != nil {
		return fmt.Errorf("krt: not idle: %w", err)
	}
	return nil
}
