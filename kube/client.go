// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/internal/crd"
	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/util/cluster"
)

// Client is a connection to one API server. [New] makes it; a type that embeds a
// Client and adds methods is a Client too.
type Client interface {
	Access
	Caches
	Identity
}

// Access is how a client reaches the API server.
type Access interface {
	// RESTConfig returns a copy of the configuration that the client was made with.
	// It has the client's rate limiter, if there is one.
	RESTConfig() *rest.Config
	// HTTPClient returns the client of all requests, which adds credentials to them.
	// With it and RESTConfig, other clients share connections and rate limiter, as in
	// kubernetes.NewForConfigAndClient(c.RESTConfig(), c.HTTPClient()).
	HTTPClient() *http.Client
	// RESTClient returns the client for the group and version of a type that
	// [Access.Types] knows.
	RESTClient(info types.Info) (rest.Interface, error)
	// Dynamic returns a client of objects without Go types.
	Dynamic() dynamic.Interface
	// Metadata returns a client that reads nothing but metadata.
	Metadata() metadata.Interface
	// Types returns the Go types that the client knows. Types that are registered
	// with it are known to this client only.
	Types() *types.Registry
	// GetKubernetesVersion returns the version of the API server. It asks the server
	// once and remembers the answer; an error is not remembered. It waits for at most
	// five seconds, unless the configuration has a timeout of its own. The caller
	// owns the result.
	GetKubernetesVersion() (*version.Info, error)
}

// Caches are the informers of a client.
type Caches interface {
	// Informers returns the factory that shares the client's informers.
	Informers() informerfactory.InformerFactory
	// InformerFor returns a krt.Informer[any] for objects of a Go type that pass the
	// filter: objects are pointers of type t, and nil stands for none. It can be
	// subscribed to until its last subscription ends, and then gives up its share of
	// the cache. The error names the type and the remedy if the client cannot watch
	// it. Like all informers it waits for RunAndWait or Run.
	InformerFor(t reflect.Type, filter kubetypes.Filter) (any, error)
	// RunAndWait starts all informers that have been made so far and waits until
	// their caches are complete. Handlers are not waited for. It returns false if
	// stop is closed first. The informers run until it is.
	RunAndWait(stop <-chan struct{}) bool
	// Run is RunAndWait with a context. If that ends first, the error names the
	// informers that are not ready and what they last ran into. Run returns when
	// all are ready; the informers run on until the context ends.
	Run(ctx context.Context) error
	// CrdWatcher returns what knows which resources the API server serves. It lists and
	// watches CustomResourceDefinitions once it is asked for one, and runs from the first
	// RunAndWait or Run on, which wait for what was asked for by then.
	CrdWatcher() kubetypes.CrdWatcher
	// CacheDefaults returns what holds for all caches that are made from now on.
	CacheDefaults() kubetypes.CacheDefaults
	// NotReady returns the informers whose caches are not complete, ordered by name,
	// and why as far as that is known; none if all are. The last one is that of
	// CustomResourceDefinitions, if a delayed client waits for it. That makes it an answer to a
	// readiness probe. An informer that was ready once stays so: while the API server
	// is away it shows what it last knew, which a restart would not better.
	NotReady() []NotReady
	// WaitForCacheSync is the package's [WaitForCacheSync], logging to the client's
	// logger.
	WaitForCacheSync(name string, stop <-chan struct{}, cacheSyncs ...cache.InformerSynced) bool
	// Shutdown waits until no informer runs and no handler is called any more. It
	// is called after the stop channel is closed. No informer starts afterwards.
	Shutdown()
}

// Identity says which cluster a client belongs to and how it is set up.
type Identity interface {
	// ClusterID returns the name that the client was given for its cluster, which
	// may be empty.
	ClusterID() cluster.ID
	// ObjectFilter returns the filter that the client was given for others to use,
	// nil if there is none. The client itself does not apply it.
	ObjectFilter() kubetypes.DynamicObjectFilter
	// DefaultNamespace returns the namespace that informers of namespaced resources
	// are limited to if they ask for none; empty for all namespaces.
	DefaultNamespace() string
	// Logger returns the logger of the client and of what is made from it.
	Logger() *slog.Logger
}

// NotReady describes an informer whose cache is not complete.
type NotReady = informerfactory.NotReady

var _ krt.Informers[kubetypes.Filter] = Client(nil)

// client implements Client.
type client struct {
	config    *rest.Config
	http      *http.Client
	types     *types.Registry
	informers informerfactory.InformerFactory
	options   options
	dynamic   dynamic.Interface
	metadata  metadata.Interface
	rest      *restClients
	crds      *crd.Watcher
	version   *serverVersion
}

// New returns a client for the API server that config leads to. It reads the files
// that the configuration refers to but asks the server nothing.
//
// Requests of everything that is made from the client share one rate limiter:
// that of [WithRateLimit] or config's, if there is one, or else one of config.QPS and
// config.Burst, which are 80 and 160 where they are zero; a negative QPS means no
// limit.
func New(config *rest.Config, opts ...Option) (Client, error) {
	if config == nil {
		return nil, fmt.Errorf("new kube client: no rest config")
	}
	o := newOptions(opts)
	registry := types.FromScheme(o.scheme, o.mapper)
	if err := registry.Register(o.types...); err != nil {
		return nil, fmt.Errorf("new kube client: %w", err)
	}
	own := withSharedLimiter(o.apply(config))
	checked := o.withHealthChecks(own)
	httpClient, err := rest.HTTPClientFor(own)
	if err == nil {
		err = checked()
	}
	if err != nil {
		return nil, fmt.Errorf("new kube client: transport to %s: %w", config.Host, err)
	}
	dynamicClient, err := dynamic.NewForConfigAndClient(own, httpClient)
	if err != nil {
		return nil, fmt.Errorf("new kube client: dynamic client of %s: %w", config.Host, err)
	}
	metadataClient, err := metadata.NewForConfigAndClient(own, httpClient)
	if err != nil {
		return nil, fmt.Errorf("new kube client: metadata client of %s: %w", config.Host, err)
	}
	serverVersion, err := newServerVersion(own, httpClient)
	if err != nil {
		return nil, fmt.Errorf("new kube client: %w", err)
	}
	c := &client{
		config:    own,
		http:      httpClient,
		types:     registry,
		informers: informerfactory.NewSharedInformerFactory(),
		options:   o,
		dynamic:   dynamicClient,
		metadata:  metadataClient,
		rest:      newRESTClients(own, httpClient),
		version:   serverVersion,
	}
	if c.crds, err = newCRDWatcher(c); err != nil {
		return nil, fmt.Errorf("new kube client: watcher of definitions: %w", err)
	}
	return c, nil
}

func (c *client) RESTConfig() *rest.Config                   { return rest.CopyConfig(c.config) }
func (c *client) HTTPClient() *http.Client                   { return c.http }
func (c *client) Dynamic() dynamic.Interface                 { return c.dynamic }
func (c *client) Metadata() metadata.Interface               { return c.metadata }
func (c *client) Types() *types.Registry                     { return c.types }
func (c *client) Informers() informerfactory.InformerFactory { return c.informers }
func (c *client) ClusterID() cluster.ID                      { return c.options.clusterID }
func (c *client) DefaultNamespace() string                   { return c.options.defaultNamespace }

func (c *client) CacheDefaults() kubetypes.CacheDefaults { return c.options.caches }

func (c *client) ObjectFilter() kubetypes.DynamicObjectFilter { return c.options.objectFilter }

func (c *client) RESTClient(info types.Info) (rest.Interface, error) { return c.rest.get(info) }

func (c *client) Logger() *slog.Logger {
	if c.options.logger != nil {
		return c.options.logger
	}
	return slog.Default().With("scope", "kube")
}

func (c *client) InformerFor(t reflect.Type, filter kubetypes.Filter) (any, error) {
	info, err := c.types.ForType(t)
	if err != nil {
		return nil, err
	}
	view, err := source.Open(c, info.GVR, kubetypes.StandardInformer, filter)
	if err != nil {
		return nil, err
	}
	return informer.NewSource(view), nil
}

func (c *client) RunAndWait(stop <-chan struct{}) bool {
	return c.Run(wait.ContextForChannel(stop)) == nil
}

func (c *client) Run(ctx context.Context) error {
	c.informers.Start(ctx.Done())
	c.crds.Start(ctx.Done()) //nolint:contextcheck // it lives as long as the informers, which take channels
	if err := c.crds.WaitForSync(ctx); err != nil {
		return err
	}
	return c.informers.Wait(ctx)
}

func (c *client) CrdWatcher() kubetypes.CrdWatcher { return c.crds }

func (c *client) WaitForCacheSync(name string, stop <-chan struct{}, cacheSyncs ...cache.InformerSynced) bool {
	return waitForCacheSync(c.Logger(), name, stop, cacheSyncs...)
}

func (c *client) NotReady() []NotReady {
	missing := c.informers.NotReady()
	if definitions, ok := c.crds.NotReady(); ok {
		missing = append(missing, definitions)
	}
	return missing
}

func (c *client) GetKubernetesVersion() (*version.Info, error) { return c.version.get() }

func (c *client) Shutdown() {
	c.informers.Shutdown()
	c.crds.Wait()
}
