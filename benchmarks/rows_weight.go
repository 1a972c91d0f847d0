// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/benchmarks/weight"
)

func weightRows() []row {
	return []row{{"K3", "weight of a small controller", measureWeight}}
}

func measureWeight(h *harness) {
	ctx := context.Background()
	imports := func(what, modulesOf string, of func(k scenario.Kube) string, t target) {
		packages, modules := map[string][]float64{}, map[string][]float64{}
		h.weigh(of, func(name, path string) error {
			p, m, err := weight.Imports(ctx, path)
			packages[name], modules[name] = []float64{float64(p)}, []float64{float64(m)}
			return err
		})
		h.add(what, count, packages, t, "")
		h.add(modulesOf, count, modules, none(), "")
	}
	imports("packages of a client with a cache", "modules that they are from", func(k scenario.Kube) string { return k.Client }, atMost(420, count))
	hello := func(k scenario.Kube) string { return k.Hello }
	imports("packages of a controller that counts pods in a ConfigMap", "modules that they are from", hello, none())
	if h.quick {
		return
	}
	sizes := map[string][]float64{}
	h.weigh(hello, func(name, path string) error {
		size, err := weight.Build(ctx, path)
		sizes[name] = []float64{float64(size)}
		return err
	})
	h.add("its size, stripped", bytes, sizes, none(), "")
	if !h.cold {
		return
	}
	took := map[string][]float64{}
	h.weigh(hello, func(name, path string) error {
		long, err := weight.ColdBuild(ctx, path)
		took[name] = []float64{float64(long)}
		return err
	})
	h.add("building it with an empty cache", nanoseconds, took, none(), "")
}

// weigh calls f for each contender that has such a package.
func (h *harness) weigh(of func(k scenario.Kube) string, f func(name, path string) error) {
	for _, s := range h.suites {
		if path := of(s.Kube); path != "" {
			if err := f(s.Name, path); err != nil {
				panic(err) // the module does not build
			}
		}
	}
}
