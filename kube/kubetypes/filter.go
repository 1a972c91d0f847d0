// SPDX-License-Identifier: Apache-2.0

package kubetypes

// Filter says which objects a client sees, and in what shape. The zero Filter
// lets every object through as it is, without its managed fields.
type Filter struct {
	// LabelSelector and FieldSelector are given to the API server; other objects
	// never reach this process. Empty selects everything.
	LabelSelector string
	FieldSelector string
	// Namespace limits list and watch to one namespace. Empty means all.
	Namespace string
	// Projection names the fields that are read of objects; all others are skipped
	// before they are decoded, and are empty in what is cached. An object that is read so
	// must not be sent back with an update, which would empty them on the API server too:
	// patch it, or read it live before. Nil reads objects whole. Selectors, which the
	// API server evaluates, may ask for fields that are not read.
	Projection *Projection
	// ObjectFilter hides objects of the shared cache from this client. It decides
	// about reads when they happen, and about events when they are delivered. Nil
	// hides nothing.
	ObjectFilter DynamicObjectFilter
	// ObjectTransform changes every object, as it was read, before it is cached; what it returns is
	// what everybody reads. It may get an object that it returned earlier, and must
	// leave name, namespace and resource version alone. If nil, managed fields are
	// dropped; if set, it replaces that default.
	ObjectTransform func(obj any) (any, error)
	// TransformKey names ObjectTransform. Clients share a cache only if their
	// transforms are the same: the same name, or, without names, the same function
	// value. Name a transform that is made by a function call, such as a closure,
	// to let the results of several calls share.
	TransformKey string
}

// NewStaticObjectFilter returns a filter that decides by f and never announces a
// change. f may be called from any goroutine.
func NewStaticObjectFilter(f func(obj any) bool) DynamicObjectFilter {
	return staticFilter(f)
}

type staticFilter func(obj any) bool

func (f staticFilter) Filter(obj any) bool { return f(obj) }

func (f staticFilter) AddHandler(NamespacesHandler) {}

func (f staticFilter) Subscribe(NamespacesHandler) (unsubscribe func()) { return func() {} }

// ComposeFilters returns a filter that lets an object through if every one of
// extra does, asked from left to right, and filter does, asked last. Nil filters
// let everything through. Changes that filter announces are passed on; extra must
// not change its mind.
func ComposeFilters(filter DynamicObjectFilter, extra ...func(obj any) bool) DynamicObjectFilter {
	c := &composedFilter{primary: filter}
	for _, f := range extra {
		if f != nil {
			c.extra = append(c.extra, f)
		}
	}
	return c
}

type composedFilter struct {
	primary DynamicObjectFilter
	extra   []func(obj any) bool
}

func (c *composedFilter) Filter(obj any) bool {
	for _, f := range c.extra {
		if !f(obj) {
			return false
		}
	}
	return c.primary == nil || c.primary.Filter(obj)
}

func (c *composedFilter) AddHandler(handler NamespacesHandler) {
	if c.primary != nil {
		c.primary.AddHandler(handler)
	}
}

func (c *composedFilter) Subscribe(handler NamespacesHandler) (unsubscribe func()) {
	if c.primary == nil {
		return func() {}
	}
	return SubscribeToFilter(c.primary, handler)
}
