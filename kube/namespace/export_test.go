// SPDX-License-Identifier: Apache-2.0

package namespace

import "github.com/krtkit/krtkit/kube/kubetypes"

// Subscribers returns how many handlers a filter of this package has.
func Subscribers(of kubetypes.FilterSubscriber) int {
	f, ok := of.(*filter)
	if !ok {
		return 0
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.subscribers)
}

// Remembered returns how many answers a filter of this package keeps in mind.
func Remembered(of kubetypes.FilterSubscriber) int {
	f, ok := of.(*filter)
	if !ok {
		return 0
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.asked)
}
