// SPDX-License-Identifier: Apache-2.0

package port

import (
	"slices"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/util/cluster"
)

// clusterKey is where the metadata of a collection say which cluster it is of.
const clusterKey = "cluster"

// WithCluster says which cluster a collection is of.
func WithCluster(id cluster.ID) krt.CollectionOption {
	return krt.WithMetadata(krt.Metadata{clusterKey: id})
}

// InCluster adds the cluster to each object of a collection.
func InCluster[T any](id cluster.ID, c krt.Collection[T], opts krt.OptionsBuilder) krt.Collection[krt.ObjectWithCluster[T]] {
	return krt.MapCollection(c, func(o T) krt.ObjectWithCluster[T] {
		return krt.ObjectWithCluster[T]{ClusterID: id, Object: &o}
	}, opts.With(krt.WithName("InCluster/"+string(id)), WithCluster(id))...)
}

// Clusters are the endpoints of clusters that come and go. One goroutine at a time may
// change which they are.
type Clusters struct {
	members krt.StaticCollection[krt.Collection[Endpoints]]
	byID    krt.Index[cluster.ID, krt.Collection[Endpoints]]
	opts    krt.OptionsBuilder
}

// NewClusters returns a set of no clusters.
func NewClusters(opts krt.OptionsBuilder) *Clusters {
	members := krt.NewStaticCollection[krt.Collection[Endpoints]](nil, nil, opts.WithName("Clusters")...)
	byID := krt.NewIndex(members, "cluster", func(c krt.Collection[Endpoints]) []cluster.ID {
		id, ok := c.Metadata()[clusterKey].(cluster.ID)
		if !ok {
			return nil
		}
		return []cluster.ID{id}
	})
	return &Clusters{members: members, byID: byID, opts: opts}
}

// Join adds the endpoints of a cluster, in place of those that it had.
func (c *Clusters) Join(id cluster.ID, endpoints krt.Collection[Endpoints]) {
	c.members.Reset(append(c.without(id), endpoints))
}

// Leave removes a cluster.
func (c *Clusters) Leave(id cluster.ID) { c.members.Reset(c.without(id)) }

// without returns the members that are not of the cluster.
func (c *Clusters) without(id cluster.ID) []krt.Collection[Endpoints] {
	leaving := map[string]bool{}
	for _, old := range c.byID.Lookup(id) {
		leaving[krt.GetKey(old)] = true
	}
	return slices.DeleteFunc(c.members.List(), func(m krt.Collection[Endpoints]) bool { return leaving[krt.GetKey(m)] })
}

// Endpoints are those of all clusters, host by host.
func (c *Clusters) Endpoints() krt.Collection[Endpoints] {
	return krt.NestedJoinWithMergeCollection(c.members, MergeEndpoints, c.opts.WithName("GlobalEndpoints")...)
}

// MergeEndpoints makes one of endpoints of the same host.
func MergeEndpoints(all []Endpoints) *Endpoints {
	out := Endpoints{Host: all[0].Host}
	for _, e := range all {
		out.Addresses = append(out.Addresses, e.Addresses...)
	}
	slices.Sort(out.Addresses)
	out.Addresses = slices.Compact(out.Addresses)
	return &out
}
