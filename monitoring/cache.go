// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"maps"
	"sync"
	"sync/atomic"
)

// cache finds values without a lock once they were asked for a few times. It is two
// maps: one that never changes, and one with all that is newer, which takes the place of
// the first when it was needed as often as it has entries.
type cache[K comparable, V any] struct {
	read   atomic.Pointer[map[K]V]
	mu     sync.Mutex
	all    map[K]V // guarded by mu; nil: there is nothing that read lacks
	misses int     // guarded by mu
}

// load returns the value for k, and whether there is one.
func (c *cache[K, V]) load(k K) (V, bool) {
	if read := c.read.Load(); read != nil {
		if v, ok := (*read)[k]; ok {
			return v, true
		}
	}
	return c.loadNew(k)
}

func (c *cache[K, V]) loadNew(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.all[k]
	if ok {
		if c.misses++; c.misses >= len(c.all) {
			all := c.all
			c.read.Store(&all)
			c.all, c.misses = nil, 0
			return v, true
		}
		return v, true
	}
	if read := c.read.Load(); read != nil { // it may have become that since
		v, ok = (*read)[k]
	}
	return v, ok
}

// add returns the value for k, which is v if there was none. A cache that has limit
// entries is emptied before.
func (c *cache[K, V]) add(k K, v V, limit int) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[K]V{}
		if read := c.read.Load(); read != nil {
			c.all = maps.Clone(*read)
		}
	}
	if there, ok := c.all[k]; ok {
		return there
	}
	if len(c.all) >= limit {
		c.read.Store(nil)
		c.all, c.misses = map[K]V{}, 0
	}
	c.all[k] = v
	return v
}

// empty forgets everything.
func (c *cache[K, V]) empty() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read.Store(nil)
	c.all, c.misses = nil, 0
}
