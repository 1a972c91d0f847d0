// SPDX-License-Identifier: Apache-2.0

package view

import "github.com/krtkit/krtkit/krt"

// Current returns the source as it is now, with the version that last mattered, and
// false if the object is no longer there. It is for explaining a change after the
// fact: an object that left a view was deleted, was changed, or is as it was and
// left because of something else.
func (v *View) Current(s Source) (Source, bool) {
	key := s.Name
	if s.Namespace != "" {
		key = s.Namespace + "/" + s.Name
	}
	switch s.Kind {
	case "Service":
		return now(v.Specs, key, func(o ServiceSpec) Source { return o.Source })
	case "Pod":
		return now(v.Backends, key, func(o Backend) Source { return o.Sources[0] })
	case "Node":
		return now(v.Nodes, key, func(o Node) Source { return o.Source })
	case "Namespace":
		return now(v.Namespaces, key, func(o Namespace) Source { return o.Source })
	case "EndpointSlice":
		return now(v.Slices, key, func(o Slice) Source { return o.Source })
	default:
		return now(v.Workloads, s.Kind+"/"+key, func(o Workload) Source { return o.Source })
	}
}

func now[T any](c krt.Collection[T], key string, source func(T) Source) (Source, bool) {
	o := c.GetKey(key)
	if o == nil {
		return Source{}, false
	}
	return source(*o), true
}
