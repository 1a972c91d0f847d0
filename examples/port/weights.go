// SPDX-License-Identifier: Apache-2.0

package port

import (
	"github.com/krtkit/krtkit/krt"
)

// Weighted is an endpoint's share of the requests.
type Weighted struct {
	Host   string
	Weight int
}

// ResourceName is the key.
func (w Weighted) ResourceName() string { return w.Host }

// Weights are set by an operator, and known to nothing else.
type Weights struct {
	byHost krt.RecomputeProtected[map[string]int]
}

// NewWeights returns weights of which none is set.
func NewWeights(opts krt.OptionsBuilder) Weights {
	return Weights{krt.NewRecomputeProtected(map[string]int{}, true, opts.WithName("Weights")...)}
}

// Set sets the weight of a host.
func (w Weights) Set(host string, weight int) {
	next := map[string]int{host: weight}
	for h, old := range w.byHost.AccessUnprotected() {
		if h != host {
			next[h] = old
		}
	}
	w.byHost.Modify(func(m *map[string]int) { *m = next })
}

// Of derives the weights of endpoints: 100 of those that have none set.
func (w Weights) Of(endpoints krt.Collection[Endpoints], opts krt.OptionsBuilder) krt.Collection[Weighted] {
	return krt.NewCollection(endpoints, func(ctx krt.HandlerContext, e Endpoints) *Weighted {
		weight, ok := w.byHost.Get(ctx)[e.Host]
		if !ok {
			weight = 100
		}
		return &Weighted{Host: e.Host, Weight: weight}
	}, opts.WithName("Weighted")...)
}
