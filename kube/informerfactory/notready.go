// SPDX-License-Identifier: Apache-2.0

package informerfactory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubetypes"
)

// State is what keeps an informer from being ready.
type State string

// The states of informers that are not ready.
const (
	// NotStarted means that nobody has started the informer.
	NotStarted State = "NotStarted"
	// Starting means that the first list is under way.
	Starting State = "Starting"
	// Failing means that the last attempt to list or watch was an error. The
	// informer tries again.
	Failing State = "Failing"
)

// NotReady describes an informer whose cache is not complete.
type NotReady struct {
	// Resource, the selectors, Namespace, InformerType and Optional say what it caches.
	Resource      schema.GroupVersionResource
	LabelSelector string
	FieldSelector string
	Namespace     string
	InformerType  kubetypes.InformerType
	Optional      bool
	// State is what keeps it from being ready, and Since when that began.
	State State
	Since time.Time
	// LastError is what list or watch last ran into, nil if State is not Failing.
	LastError error
}

// String describes the informer and its state, as in
// "pods.v1 (namespace shop) is failing: list: pods is forbidden".
func (n NotReady) String() string {
	name := Describe(n.Resource, kubetypes.InformerOptions{
		LabelSelector: n.LabelSelector,
		FieldSelector: n.FieldSelector,
		Namespace:     n.Namespace,
		InformerType:  n.InformerType,
		Optional:      n.Optional,
	})
	switch n.State {
	case NotStarted:
		return name + " is not started"
	case Starting:
		return name + " is starting"
	case Failing:
		return fmt.Sprintf("%s is failing: %v", name, n.LastError)
	default:
		return name + " is not ready"
	}
}

// NotReady implements [InformerFactory].
func (f *factory) NotReady() []NotReady {
	f.mu.Lock()
	defer f.mu.Unlock()
	var missing []NotReady
	for _, e := range f.entries {
		if !e.dead() && !e.informer.HasSynced() {
			missing = append(missing, e.describe())
		}
	}
	slices.SortFunc(missing, func(a, b NotReady) int { return strings.Compare(a.String(), b.String()) })
	return missing
}

// describe returns why an informer that has not synced has not. The caller holds the
// factory's lock.
func (e *entry) describe() NotReady {
	n := NotReady{
		Resource:      e.key.resource,
		LabelSelector: e.key.labelSelector,
		FieldSelector: e.key.fieldSelector,
		Namespace:     e.key.namespace,
		InformerType:  e.key.informerType,
		Optional:      e.key.optional,
		State:         NotStarted,
		Since:         e.since,
	}
	if e.started {
		n.State = Starting
	}
	if i, ok := e.informer.(interface{ Failing() (time.Time, error) }); ok {
		if since, err := i.Failing(); err != nil {
			n.State, n.Since, n.LastError = Failing, since, err
		}
	}
	return n
}
