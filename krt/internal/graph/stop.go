// SPDX-License-Identifier: Apache-2.0

package graph

import "sync"

// stops has one goroutine per stop channel in use, however many nodes share it.
// An entry lives until its channel closes.
var stops = struct { //nolint:gochecknoglobals // a channel can tell many only through something that knows them all
	mu       sync.Mutex
	watchers map[<-chan struct{}]*watcher
}{watchers: map[<-chan struct{}]*watcher{}}

type watcher struct {
	nodes map[*Node]struct{}
}

// StopOn stops the node when the channel closes. A nil channel never does.
func (n *Node) StopOn(stop <-chan struct{}) {
	if stop == nil {
		return
	}
	select {
	case <-stop:
		n.Stop()
		return
	default:
	}
	stops.mu.Lock()
	defer stops.mu.Unlock()
	w := stops.watchers[stop]
	if w == nil {
		w = &watcher{nodes: map[*Node]struct{}{}}
		stops.watchers[stop] = w
		go w.wait(stop)
	}
	w.nodes[n] = struct{}{}
}

func (w *watcher) wait(stop <-chan struct{}) {
	<-stop
	stops.mu.Lock()
	delete(stops.watchers, stop) // who asks for it from now on finds it closed
	stops.mu.Unlock()
	for n := range w.nodes {
		n.Stop()
	}
}
