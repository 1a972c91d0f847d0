// SPDX-License-Identifier: Apache-2.0

package krt

// Children returns how many collections read c.
func Children[T any](c Collection[T]) int { return c.graphNode().Children() }

// GraphSize returns how many collections are in c's graph.
func GraphSize[T any](c Collection[T]) int { return c.graphNode().GraphSize() }

// AutoIndexes returns how many indexes c has that come and go with their readers.
func AutoIndexes[T any](c Collection[T]) int {
	s := c.core()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.auto)
}

// Interests returns how many different Fetches the inputs of a derived collection
// depend on, and how many collections they read.
func Interests[T any](c Collection[T]) int {
	n := 0
	for _, e := range c.(interface{ fetchedEdges() []fetched }).fetchedEdges() {
		n += 1 + e.(interface{ wanted() int }).wanted()
	}
	return n
}

func (r *reader) fetchedEdges() []fetched { return *r.edges.Load() }

func (e *edge[T]) wanted() int { return e.interests.count }
