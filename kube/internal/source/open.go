// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/util/cluster"
)

// Client is what is needed of a kube.Client.
type Client interface {
	Connection
	Types() *types.Registry
	Informers() informerfactory.InformerFactory
	CacheDefaults() kubetypes.CacheDefaults
	ClusterID() cluster.ID
	DefaultNamespace() string
	Logger() *slog.Logger
}

// Connection is the way to the API server.
type Connection interface {
	RESTClient(info types.Info) (rest.Interface, error)
	RESTConfig() *rest.Config
	HTTPClient() *http.Client
	Dynamic() dynamic.Interface
	Metadata() metadata.Interface
}

// Options returns the part of the filter that decides what is cached. Where the
// filter leaves the namespace open, resources that are known to be namespaced get
// the client's default.
func Options(c Client, gvr schema.GroupVersionResource, filter kubetypes.Filter) kubetypes.InformerOptions {
	opts := kubetypes.InformerOptions{
		LabelSelector:   filter.LabelSelector,
		FieldSelector:   filter.FieldSelector,
		Namespace:       filter.Namespace,
		Cluster:         c.ClusterID(),
		Projection:      filter.Projection,
		ObjectTransform: filter.ObjectTransform,
		TransformKey:    filter.TransformKey,
	}
	if standard := c.CacheDefaults().Transform; opts.ObjectTransform == nil && standard.Func != nil {
		opts.ObjectTransform, opts.TransformKey = standard.Func, standard.Name
	}
	if opts.Namespace == "" && c.DefaultNamespace() != "" && c.Types().ScopeOf(gvr) == types.ScopeNamespaced {
		opts.Namespace = c.DefaultNamespace()
	}
	return opts
}

// Open returns a view of the objects of a resource, in the given form. It asks the
// API server nothing.
func Open(
	c Client, gvr schema.GroupVersionResource, form kubetypes.InformerType, filter kubetypes.Filter,
) (*informer.View, error) {
	opts := Options(c, gvr, filter)
	opts.InformerType = form
	return open(c, gvr, opts, filter, nil)
}

// OpenOptional is [Open] for a resource that the API server may not serve, yet or any
// more. It has no objects then. It is started by the watcher that says that it is
// served, if nobody else did so before.
func OpenOptional(
	c Client, gvr schema.GroupVersionResource, form kubetypes.InformerType, filter kubetypes.Filter,
	watcher kubetypes.CrdWatcher,
) (*informer.View, error) {
	opts := Options(c, gvr, filter)
	opts.InformerType, opts.Optional = form, true
	known := watcher.Known(gvr)
	view, err := open(c, gvr, opts, filter, gate{watcher, gvr})
	if err != nil {
		return nil, err
	}
	view.OnClose(watcher.Follow(gvr, func(served bool, stop <-chan struct{}) {
		if served && !known {
			view.Start(stop)
		}
		known = false // it will be news next time
	}))
	return view, nil
}

// gate lets an informer follow a resource.
type gate struct {
	watcher kubetypes.CrdWatcher
	gvr     schema.GroupVersionResource
}

// Follow implements [informer.Gate].
func (g gate) Follow(f func(served bool)) (unfollow func()) {
	return g.watcher.Follow(g.gvr, func(served bool, _ <-chan struct{}) { f(served) })
}

// ConfigFor returns what an informer of a resource needs.
func ConfigFor(c Client, gvr schema.GroupVersionResource, opts kubetypes.InformerOptions) (informer.Config, error) {
	access, err := reach(c, gvr, opts)
	if err != nil {
		return informer.Config{}, err
	}
	config := informer.Config{
		Name:          informerfactory.Describe(gvr, opts),
		ListerWatcher: access.listWatch(opts),
		Expected:      access.expected,
		Transform:     opts.ObjectTransform,
		OnMutation:    c.CacheDefaults().OnMutation,
		Logger:        loggerFor(c),
	}
	if config.Transform == nil {
		config.Transform = dropManagedFields
	}
	config.Transform = access.after(config.Transform)
	return config, nil
}

func open(
	c Client, gvr schema.GroupVersionResource, opts kubetypes.InformerOptions, filter kubetypes.Filter, served informer.Gate,
) (*informer.View, error) {
	config, err := ConfigFor(c, gvr, opts)
	if err != nil {
		return nil, err
	}
	config.Gate = served
	lease := c.Informers().InformerFor(gvr, opts, func() cache.SharedIndexInformer { return informer.New(config) })
	shared, ok := lease.Informer.(*informer.Shared)
	if !ok {
		lease.Release()
		return nil, fmt.Errorf("informer of %s: the factory has a %T under this key, which only its maker can use",
			config.Name, lease.Informer)
	}
	return informer.NewView(shared, filter.ObjectFilter, lease), nil
}

func loggerFor(c Client) *slog.Logger {
	if id := c.ClusterID(); id != "" {
		return c.Logger().With("cluster", id.String())
	}
	return c.Logger()
}

// dropManagedFields is the transform where none is asked for.
func dropManagedFields(obj any) (any, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	if m.GetManagedFields() != nil {
		m.SetManagedFields(nil)
	}
	return obj, nil
}

// access is how objects of one resource are read in one form.
type access struct {
	list     func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error)
	watch    func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
	expected runtime.Object
	client   any // knows whether lists can be streamed
	// project is for objects that cannot be read in part; nil for others.
	project func(obj any) error
}

// after returns a transform that comes after the projection of what was read whole.
func (a access) after(transform cache.TransformFunc) cache.TransformFunc {
	if a.project == nil {
		return transform
	}
	return func(obj any) (any, error) {
		if err := a.project(obj); err != nil {
			return nil, err
		}
		return transform(obj)
	}
}

func reach(c Client, gvr schema.GroupVersionResource, opts kubetypes.InformerOptions) (access, error) {
	switch opts.InformerType {
	case kubetypes.DynamicInformer:
		client, err := dynamicClient(c, opts.Projection)
		if err != nil {
			return access{}, err
		}
		objects := client.Resource(gvr).Namespace(opts.Namespace)
		return access{
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return orNil(objects.List(ctx, o))
			},
			watch:  objects.Watch,
			client: client,
		}, nil
	case kubetypes.MetadataInformer:
		client := c.Metadata()
		objects := client.Resource(gvr).Namespace(opts.Namespace)
		project, err := metadataProjection(opts.Projection)
		if err != nil {
			return access{}, fmt.Errorf("informer of %s: %w", gvr, err)
		}
		return access{
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return orNil(objects.List(ctx, o))
			},
			watch:    objects.Watch,
			expected: &metav1.PartialObjectMetadata{},
			client:   client,
			project:  project,
		}, nil
	case kubetypes.StandardInformer:
		return reachTyped(c, gvr, opts)
	default:
		return access{}, fmt.Errorf("informer of %s: unknown informer type %d", gvr, opts.InformerType)
	}
}

func reachTyped(c Client, gvr schema.GroupVersionResource, opts kubetypes.InformerOptions) (access, error) {
	info, err := c.Types().ForResource(gvr)
	if err != nil {
		return access{}, err
	}
	if _, err := info.NewList(); err != nil {
		return access{}, err
	}
	client, err := restClient(c, info, opts.Projection)
	if err != nil {
		return access{}, fmt.Errorf("client of %s: %w", gvr, err)
	}
	resource := NewResource(info, client)
	return access{
		list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return resource.List(ctx, opts.Namespace, o)
		},
		watch: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return resource.Watch(ctx, opts.Namespace, o)
		},
		expected: info.New(),
		client:   client,
	}, nil
}

// orNil returns an interface without an object where the pointer is nil.
func orNil[L any, P interface {
	*L
	runtime.Object
}](list P, err error) (runtime.Object, error) {
	if err != nil || list == nil {
		return nil, err
	}
	return list, nil
}

func (a access) listWatch(opts kubetypes.InformerOptions) cache.ListerWatcher {
	narrow := func(o *metav1.ListOptions) {
		o.LabelSelector = opts.LabelSelector
		o.FieldSelector = opts.FieldSelector
	}
	return cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			narrow(&o)
			return a.list(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			narrow(&o)
			return a.watch(ctx, o)
		},
	}, a.client)
}
