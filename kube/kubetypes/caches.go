// SPDX-License-Identifier: Apache-2.0

package kubetypes

import "k8s.io/apimachinery/pkg/runtime/schema"

// CacheDefaults is what holds for all caches of a client.
type CacheDefaults struct {
	// Transform is for objects of filters that have none. If its Func is nil, managed
	// fields are dropped.
	Transform Transform
	// OnError is told of every list and watch that fails, by the informer that tries again.
	// Nil tells nobody.
	OnError func(resource schema.GroupVersionResource, err error)
	// OnMutation is told of cached objects that somebody changed, which only tests can
	// afford to look for. Nil does not look.
	OnMutation func(err error)
}
