// SPDX-License-Identifier: Apache-2.0

package graphtest

import (
	"testing"

	"github.com/krtkit/krtkit/util/test/leak"
)

// Replay builds a small graph, changes it as the bytes say, and fails the test if
// anything is not as it must be: it is for a fuzzer to find the bytes. Any bytes will
// do. The same bytes make the same graph and the same changes, but what the engine
// does at the same time is not repeated.
func Replay(t *testing.T, data []byte) {
	t.Helper()
	left := leak.Mark()
	w := newWorld(t)
	defer func() {
		w.end()
		if stacks := left(); stacks != "" {
			t.Errorf("goroutines are left:\n%s", stacks)
		}
	}()
	d := &tape{data}
	sources := []*source{w.addStatic(d, nil), w.addStatic(d, nil), w.addInformer()}
	for range 1 + d.IntN(5) {
		w.grow(d)
	}
	var fs followers
	for _, n := range w.all() {
		fs.add(follow(n, true))
	}
	for !d.ended() {
		switch d.IntN(8) {
		case 0:
			if len(w.all()) < 12 {
				w.disturb(d, &fs)
			}
		case 1:
			w.settle(sources, &fs)
		default:
			sources[d.IntN(len(sources))].change(d)
		}
	}
	w.settle(sources, &fs)
}
