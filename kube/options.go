// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/util/cluster"
)

// Option changes what [New] makes.
type Option func(*options)

type options struct {
	clusterID        cluster.ID
	scheme           *runtime.Scheme
	mapper           meta.RESTMapper
	types            []types.Registration
	objectFilter     kubetypes.DynamicObjectFilter
	caches           kubetypes.CacheDefaults
	defaultNamespace string
	logger           *slog.Logger
	crdFilters       []func(*metav1.PartialObjectMetadata) bool
	config           []func(*rest.Config)
	pingAfter        time.Duration
	pingTimeout      time.Duration
}

// apply returns a copy of the configuration with what the options say about it.
func (o options) apply(config *rest.Config) *rest.Config {
	own := rest.CopyConfig(config)
	for _, change := range o.config {
		change(own)
	}
	return own
}

func newOptions(opts []Option) options {
	o := options{scheme: scheme.Scheme}
	for _, set := range opts {
		set(&o)
	}
	return o
}

// WithClusterID names the cluster, for logs and for code that has many clusters.
func WithClusterID(id cluster.ID) Option {
	return func(o *options) { o.clusterID = id }
}

// WithScheme has the client know the types of a scheme. The default is client-go's,
// with all types of Kubernetes itself; a scheme that is given takes its place. The
// scheme must not be changed any more.
func WithScheme(s *runtime.Scheme) Option {
	return func(o *options) { o.scheme = s }
}

// WithTypes has the client know types in addition to those of its scheme.
func WithTypes(registrations ...types.Registration) Option {
	return func(o *options) { o.types = append(o.types, registrations...) }
}

// WithRESTMapper has the client ask the mapper how resources are called and scoped,
// for types of its scheme that are not part of Kubernetes. Without it, the client
// takes the usual plural, and namespaces as they are given.
func WithRESTMapper(mapper meta.RESTMapper) Option {
	return func(o *options) { o.mapper = mapper }
}

// WithObjectFilter sets what [Identity].ObjectFilter returns.
func WithObjectFilter(filter kubetypes.DynamicObjectFilter) Option {
	return func(o *options) { o.objectFilter = filter }
}

// WithDefaultTransform has the transform change objects of all informers whose filter has no
// transform, in place of dropping their managed fields. It is shown objects of all types that
// are cached: Go types, unstructured objects and metadata.
func WithDefaultTransform(transform kubetypes.Transform) Option {
	return func(o *options) { o.caches.Transform = transform }
}

// WithMutationDetector has informers keep a copy of every cached object, and compare them when
// the object changes or goes, and when the informer ends. It calls report with an error
// that names the object and what of it somebody changed, which nobody may do: others read
// it. Calls come one after the other from each informer, and hold it up.
//
// It is for tests, where report fails the test: objects take twice their memory.
func WithMutationDetector(report func(err error)) Option {
	return func(o *options) { o.caches.OnMutation = report }
}

// WithDefaultNamespace limits informers of namespaced resources to one namespace,
// unless they ask for another.
func WithDefaultNamespace(namespace string) Option {
	return func(o *options) { o.defaultNamespace = namespace }
}

// WithLogger has the client and its informers log to a logger. The default is
// slog.Default(), as it is when an informer is made, with the attribute scope=kube.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.logger = logger }
}

// WithRateLimit limits requests of everything that is made from the client to qps a
// second, after a burst. It takes the place of the configuration's limits. A negative
// qps means no limit, and zero the default of [New]; so does a burst of zero, which is
// twice qps but at least 160.
func WithRateLimit(qps float32, burst int) Option {
	return withConfig(func(c *rest.Config) { c.QPS, c.Burst, c.RateLimiter = qps, burst, nil })
}

// WithImpersonation has all requests made in the name of another user, which the API
// server allows to those with the right to impersonate.
func WithImpersonation(user rest.ImpersonationConfig) Option {
	return withConfig(func(c *rest.Config) { c.Impersonate = user })
}

// WithUserAgent sets what the client calls itself in requests. The default is the
// configuration's, or else [UserAgent].
func WithUserAgent(name string) Option {
	return withConfig(func(c *rest.Config) { c.UserAgent = name })
}

func withConfig(change func(*rest.Config)) Option {
	return func(o *options) { o.config = append(o.config, change) }
}
