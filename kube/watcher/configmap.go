// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
)

// Controller follows one ConfigMap. [NewController] makes it.
type Controller struct {
	name     string
	callback func(*corev1.ConfigMap)
	maps     kclient.Client[*corev1.ConfigMap]

	calls sync.WaitGroup // under way

	mu     sync.Mutex
	ended  bool // no call begins any more
	synced bool
}

// NewController returns a controller that calls the callback with a ConfigMap whenever
// it changes, and with nil when it is deleted, as soon as and as long as Run runs. The
// ConfigMap must not be changed. It panics if the client does not know ConfigMaps.
func NewController(client kube.Client, namespace, name string, callback func(*corev1.ConfigMap)) *Controller {
	return &Controller{
		name:     name,
		callback: callback,
		maps: kclient.NewFiltered[*corev1.ConfigMap](client, kclient.Filter{
			Namespace:     namespace,
			FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String(),
		}),
	}
}

// Run follows the ConfigMap until stop is closed, and returns when no call is under way
// any more. It must be called once. It starts the informer itself; there is no need for
// the client's RunAndWait.
func (c *Controller) Run(stop <-chan struct{}) {
	defer c.maps.Close()
	unsubscribe := c.maps.Subscribe(c.changed, c.complete)
	defer unsubscribe()
	c.maps.Start(stop)
	<-stop
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.calls.Wait()
}

// HasSynced reports whether the callback has returned from the first state: whether it
// was called with the ConfigMap, or there is none. Once true it stays true.
func (c *Controller) HasSynced() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.synced
}

// changed is told about every object that the informer has, one call after the other.
// Servers that do not select by fields send others too.
func (c *Controller) changed(old, obj *corev1.ConfigMap) {
	switch {
	case obj == nil && old.Name == c.name:
		c.call(nil)
	case obj != nil && obj.Name == c.name && (old == nil || old.ResourceVersion != obj.ResourceVersion):
		c.call(obj)
	}
}

func (c *Controller) call(m *corev1.ConfigMap) {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.calls.Add(1)
	c.mu.Unlock()
	defer c.calls.Done()
	c.callback(m)
}

func (c *Controller) complete() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.synced = !c.ended
}
