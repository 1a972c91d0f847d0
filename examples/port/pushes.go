// SPDX-License-Identifier: Apache-2.0

package port

import (
	"slices"
	"strings"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/controllers"
)

// Push is what the proxies have to be told: which hosts have other addresses, and
// which are gone.
type Push struct {
	Changed, Removed []string // sorted
}

// RegisterPushes calls push for what changes from now on. Where workloads run does not
// matter to proxies, nor what else is known about them.
func RegisterPushes(endpoints krt.Collection[Endpoints], push func(Push)) krt.HandlerRegistration {
	addresses := func(e Endpoints) string { return strings.Join(e.Addresses, ",") }
	return endpoints.RegisterBatch(krt.BatchedEventFilter(addresses, func(events []krt.Event[Endpoints]) {
		var p Push
		for _, e := range events {
			switch e.Event {
			case controllers.EventDelete:
				p.Removed = append(p.Removed, e.Latest().Host)
			default:
				p.Changed = append(p.Changed, e.Latest().Host)
			}
		}
		slices.Sort(p.Changed)
		slices.Sort(p.Removed)
		push(p)
	}), false)
}
