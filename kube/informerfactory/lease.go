// SPDX-License-Identifier: Apache-2.0

package informerfactory

import (
	"sync"

	"k8s.io/client-go/tools/cache"
)

// StartableInformer is a lease on a shared informer. Copies are the same lease.
type StartableInformer struct {
	Informer cache.SharedIndexInformer

	lease *lease
}

type lease struct {
	factory *factory
	entry   *entry
	release sync.Once
}

// Start starts the informer, unless it has started; it then runs until stop is
// closed or the last lease is released. It does not wait.
func (s StartableInformer) Start(stop <-chan struct{}) {
	s.lease.factory.mu.Lock()
	defer s.lease.factory.mu.Unlock()
	s.lease.factory.start(s.lease.entry, stop)
}

// Release gives the lease back; the informer ends when all are. It may be called
// more than once. Who never releases keeps the informer until its stop channel is
// closed.
func (s StartableInformer) Release() {
	s.lease.release.Do(func() { s.lease.factory.release(s.lease.entry) })
}
