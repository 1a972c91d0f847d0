// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"log/slog"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

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
	defaultNamespace string
	logger           *slog.Logger
	crdFilters       []func(*metav1.PartialObjectMetadata) bool
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
