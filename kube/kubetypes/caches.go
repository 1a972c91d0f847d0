// SPDX-License-Identifier: Apache-2.0

package kubetypes

// CacheDefaults is what holds for all caches of a client.
type CacheDefaults struct {
	// Transform is for objects of filters that have none. If its Func is nil, managed
	// fields are dropped.
	Transform Transform
	// OnMutation is told of cached objects that somebody changed, which only tests can
	// afford to look for. Nil does not look.
	OnMutation func(err error)
}
