// SPDX-License-Identifier: Apache-2.0

package kubetypes

import (
	"slices"

	"github.com/krtkit/krtkit/kube/internal/fieldset"
)

// Projection names the fields that are read of objects. It does not change, and may be
// used by many filters.
type Projection struct{ set *fieldset.Set }

// Project returns a projection to the fields that the paths name, which are those of
// [Drop]. In addition there is what a cache needs: apiVersion, kind, and of metadata name,
// namespace, uid and resourceVersion. It panics if a path is malformed.
func Project(paths ...string) *Projection {
	return &Projection{set: mustParse("Project", paths)}
}

// Paths returns the paths, ordered and each once. The slice is the caller's.
func (p *Projection) Paths() []string { return slices.Clone(p.set.Paths()) }

// String returns what made the projection, with its paths in order, as in
// "Project(metadata.labels,spec.nodeName)"; nothing for nil. Clients whose projections
// are called the same share a cache.
func (p *Projection) String() string {
	if p == nil {
		return ""
	}
	return "Project(" + p.set.String() + ")"
}
