// SPDX-License-Identifier: Apache-2.0

package port

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/util/cluster"
)

// Model is all that the mesh knows.
type Model struct {
	Inputs    Inputs
	Entries   Entries
	Settings  krt.Singleton[Settings]
	Workloads krt.Collection[Workload]
	Endpoints krt.Collection[Endpoints]
	Routes    krt.Collection[Route]
	Statuses  krt.StatusCollection[*networkingv1.Ingress, RouteStatus]
}

// NewModel derives the model from what a cluster has and from entries, which are
// complete when synced is.
func NewModel(client kube.Client, synced krt.Syncer, opts krt.OptionsBuilder) *Model {
	m := &Model{Inputs: NewInputs(client, opts), Entries: NewEntries(synced, opts)}
	defaults := krt.NewStatic[Settings](nil, true, opts.WithName("DefaultSettings")...)
	m.Settings = NewSettings(m.Inputs.ConfigMaps, defaults, opts)
	m.Workloads = NewWorkloads(cluster.ID("local"), m.Inputs, m.Settings, opts)
	m.Endpoints = JoinEndpoints([]krt.Collection[Endpoints]{
		NewEndpoints(WorkloadsByService(m.Workloads), opts),
		NewEntryEndpoints(m.Entries, opts),
	}, opts)
	m.Statuses, m.Routes = NewRoutes(m.Inputs, opts)
	return m
}

// HasSynced reports whether the model has everything that there was at first.
func (m *Model) HasSynced() bool {
	return m.Endpoints.HasSynced() && m.Routes.HasSynced() && m.Statuses.HasSynced()
}
