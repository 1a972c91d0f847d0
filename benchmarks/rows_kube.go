// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"github.com/krtkit/krtkit/benchmarks/engines/kubecache"
	"github.com/krtkit/krtkit/benchmarks/measure"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func kubeRows() []row {
	return []row{
		{"K1", "bytes per cached pod, 100,000 pods", measureFootprint},
		{"K2", "peak memory of the first sync of 100,000 pods", measurePeak},
		{"K4", "200 informers over 1 ms round trips", measureReady},
		{"K5", "2,000 idle handlers", measureIdleHandlers},
		{"K6", "reads of 100,000 pods under 10,000 writes a second", measureCacheReads},
		{"K7", "a fake, an informer and its end", measureFake},
	}
}

func measureFootprint(h *harness) {
	pods := h.size(100000)
	address, end := serve(pods)
	defer end()
	fill := func(shape scenario.Shape, by ...string) map[string][]float64 {
		r := h.compare(plan{rounds: 1, ops: 1, cold: true, only: by}, func(s scenario.Suite) func() scenario.Case {
			return given2(s.Fill, address, shape)
		})
		return per(r.metric(measure.Number(kubecache.Kept)), pods)
	}
	const fewer = "stripped against that"
	h.add("bytes per cached pod of 5 KiB, 100,000 pods: as they come", bytes, fill(scenario.Default), none(), "krtkit and Istio drop managed fields.")
	stripped := fill(scenario.Stripped)
	h.add("stripped", bytes, stripped, none(), "krtkit and Istio by their own StripPodUnusedFields; the others, which have none, by krtkit's.")
	h.add("metadata only", bytes, fill(scenario.MetadataOnly), none(), "")
	projected := fill(scenario.Projected, ours)
	h.add("labels, node, address and phase, projected while decoding", bytes, projected, none(), "")
	h.add(fewer, times, ratio(stripped, projected), none(), "the Go type of pods takes 1.2 KiB when it is empty.")
	placed := fill(scenario.Placed, ours)
	h.add("the same in a Go type without other fields", bytes, placed, none(), "")
	h.add(fewer, times, ratio(stripped, placed), atLeast(3), "")
}

// ratio divides the values of those who have both, round by round.
func ratio(a, b map[string][]float64) map[string][]float64 {
	out := map[string][]float64{}
	for name := range b {
		for i := range min(len(a[name]), len(b[name])) {
			if b[name][i] > 0 {
				out[name] = append(out[name], a[name][i]/b[name][i])
			}
		}
	}
	return out
}

// serve starts a server for who fills caches.
func serve(pods int) (address string, end func()) {
	address, end, err := kubecache.Serve(pods)
	if err != nil {
		panic(err) // there is no process to be had
	}
	return address, end
}

func measurePeak(h *harness) {
	pods := h.size(100000)
	address, end := serve(pods)
	defer end()
	r := h.compare(plan{rounds: min(3, h.rounds), ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case {
		return given2(s.Fill, address, scenario.Default)
	})
	peak, steady := r.metric(measure.Number(kubecache.Peak)), r.metric(measure.Number(kubecache.Steady))
	h.add("100,000 pods, from nothing until they are cached", nanoseconds, r.metric(measure.Time), none(), "")
	if !kubecache.KnowsResident() {
		return
	}
	h.add("peak of resident memory until then", bytes, peak, none(), "")
	h.add("resident memory afterwards", bytes, steady, none(), "")
	h.add("peak against afterwards", times, ratio(peak, steady), atMost(1.5, times), "")
}

func measureReady(h *harness) {
	n := h.size(200)
	r := h.compare(plan{ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given2(s.Ready, n, time.Millisecond) })
	all, slowest := r.metric(measure.Time), r.metric(measure.Number(kubecache.Slowest))
	h.add("200 informers over 1 ms round trips: until all are ready", nanoseconds, all, none(), "")
	h.add("the slowest list of them", nanoseconds, slowest, none(), "")
	h.add("requests", count, r.metric(measure.Number(kubecache.Requests)), none(), "")
	over := map[string][]float64{}
	for name := range all {
		for i := range all[name] {
			over[name] = append(over[name], all[name][i]-slowest[name][i])
		}
	}
	h.add("more than the slowest list", nanoseconds, over, atMost(5e6, nanoseconds), "")
	r = h.compare(plan{ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given2(s.Ready, n, 0) })
	h.add("until all are ready without the round trips", nanoseconds, r.metric(measure.Time), none(), "")
}

func measureIdleHandlers(h *harness) {
	n := h.size(2000)
	r := h.compare(plan{rounds: min(3, h.rounds), ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given(s.IdleHandlers, n) })
	h.add("2,000 idle handlers: bytes of each", bytes, per(r.metric(measure.Heap), n), atMost(1024, bytes), "")
	h.add("goroutines of each", count, per(r.metric(measure.Goroutines), n), target{
		"none", func(l line) bool { return l.Values[ours] < 0.01 }, // there may be a few for all
	}, "")
}

func measureCacheReads(h *harness) {
	load := scenario.ReadLoad{Pods: h.size(100000), Writes: 10000, Each: 5 * h.budget}
	r := h.compare(plan{rounds: min(3, h.rounds), ops: 1, cold: true}, func(s scenario.Suite) func() scenario.Case { return given(s.CacheReads, load) })
	for _, kind := range []string{kubecache.Get, kubecache.List, kubecache.Select, kubecache.Lookup} {
		h.add(fmt.Sprintf("%s, 100,000 pods, 10,000 writes a second", kind), nanoseconds, r.metric(measure.Number(kind)), none(), "")
		h.add("while nothing is written", nanoseconds, r.metric(measure.Number(kind+kubecache.Quiet)), none(), "")
		h.add("allocations", count, r.metric(measure.Number(kind+kubecache.Allocated)), none(), "")
	}
	h.add("writes a second that there were", count, r.metric(measure.Number(kubecache.Written)), none(), "")
	h.add("until the cache shows the last write", nanoseconds, r.metric(measure.Number(kubecache.Behind)), none(), "")
}

func measureFake(h *harness) {
	r := h.compare(plan{}, func(s scenario.Suite) func() scenario.Case {
		if s.Fake == nil {
			return nil
		}
		return s.Fake
	})
	h.add("a fake, an informer of it, and the end of both", nanoseconds, r.metric(measure.Time), atMost(2e6, nanoseconds), "")
	h.add("allocations", count, r.metric(measure.Allocs), none(), "")
}
