// SPDX-License-Identifier: Apache-2.0

package port

import (
	"slices"

	"github.com/krtkit/krtkit/krt"
)

// Entry is a host outside of the cluster, with what it answers at.
type Entry struct {
	Host      string
	Owner     string
	Addresses []string
}

// ResourceName is the key.
func (e Entry) ResourceName() string { return e.Host }

// Equals reports whether the entries say the same.
func (e Entry) Equals(o Entry) bool {
	return e.Host == o.Host && e.Owner == o.Owner && slices.Equal(e.Addresses, o.Addresses)
}

// Entries are pushed into the model by something that is not Kubernetes.
type Entries struct {
	krt.StaticCollection[Entry]
}

// NewEntries returns an empty registry of entries that is complete when synced is.
func NewEntries(synced krt.Syncer, opts krt.OptionsBuilder) Entries {
	return Entries{krt.NewStaticCollection[Entry](synced, nil, opts.WithName("Entries")...)}
}

// Push takes an entry as its owner has it now.
func (e Entries) Push(entry Entry) { e.ConditionalUpdateObject(entry) }

// Leave removes all that an owner has pushed.
func (e Entries) Leave(owner string) {
	e.DeleteObjects(func(entry Entry) bool { return entry.Owner == owner })
}
