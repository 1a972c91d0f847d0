// SPDX-License-Identifier: Apache-2.0

package port

import (
	"slices"
	"strings"

	"github.com/krtkit/krtkit/krt"
)

// Endpoints are the addresses of one service or entry.
type Endpoints struct {
	Host      string
	Addresses []string // sorted
}

// ResourceName is the key.
func (e Endpoints) ResourceName() string { return e.Host }

// Equals reports whether the addresses are the same.
func (e Endpoints) Equals(o Endpoints) bool {
	return e.Host == o.Host && slices.Equal(e.Addresses, o.Addresses)
}

// WorkloadsByService finds workloads by the services that select them.
func WorkloadsByService(workloads krt.Collection[Workload]) krt.Index[krt.Named, Workload] {
	return krt.NewIndex(workloads, "service", func(w Workload) []krt.Named {
		var services []krt.Named
		for _, s := range w.Services {
			services = append(services, namedOf(s))
		}
		return services
	})
}

// namedOf returns the name that a key stands for.
func namedOf(key string) krt.Named {
	namespace, name, _ := strings.Cut(key, "/")
	return krt.Named{Namespace: namespace, Name: name}
}

// NewEndpoints makes endpoints of each group of workloads that a service selects.
func NewEndpoints(byService krt.Index[krt.Named, Workload], opts krt.OptionsBuilder) krt.Collection[Endpoints] {
	groups := byService.AsCollection(append(opts.WithName("WorkloadsByService"), krt.WithIndexCollectionFromString(namedOf))...)
	return krt.NewCollection(groups, func(_ krt.HandlerContext, group krt.IndexObject[krt.Named, Workload]) *Endpoints {
		e := &Endpoints{Host: group.ResourceName()}
		for _, w := range group.Objects {
			e.Addresses = append(e.Addresses, w.Address)
		}
		slices.Sort(e.Addresses)
		return e
	}, opts.WithName("ServiceEndpoints")...)
}

// NewEntryEndpoints shows entries as endpoints.
func NewEntryEndpoints(entries krt.Collection[Entry], opts krt.OptionsBuilder) krt.Collection[Endpoints] {
	return krt.MapCollection(entries, func(e Entry) Endpoints {
		return Endpoints{Host: e.Host, Addresses: slices.Sorted(slices.Values(e.Addresses))}
	}, opts.WithName("EntryEndpoints")...)
}

// JoinEndpoints is the union of endpoints of several kinds; of those with the same
// host, the first ones count.
func JoinEndpoints(all []krt.Collection[Endpoints], opts krt.OptionsBuilder) krt.Collection[Endpoints] {
	return krt.JoinCollection(all, opts.WithName("Endpoints")...)
}
