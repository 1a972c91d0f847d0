// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/internal/crd"
	"github.com/krtkit/krtkit/kube/internal/informer"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

// WithCRDFilter has the client's [Caches].CrdWatcher count only definitions for which
// the filter, and all others, return true: resources of the others are not served as far
// as informers of optional resources are concerned. Filters get a definition's metadata,
// without its managed fields and what kubectl applied last, must not change it, and are
// asked again when it changes.
func WithCRDFilter(filter func(definition *metav1.PartialObjectMetadata) bool) Option {
	return func(o *options) { o.crdFilters = append(o.crdFilters, filter) }
}

// MinimumCRDVersions returns a filter for [WithCRDFilter] that leaves out definitions
// that are older than a table says. The table has versions, such as "1.1.0", by the name
// of the definition, as in "grpcroutes.gateway.networking.k8s.io"; what it does not name
// passes. The definition's version is the value of an annotation, such as
// "gateway.networking.k8s.io/bundle-version"; 1.1.0-rc.1 counts as 1.1.0. A definition
// without it, or with one that is no version, is left out. A version in the table that
// is none is an error.
func MinimumCRDVersions(table map[string]string, annotation string) (func(definition *metav1.PartialObjectMetadata) bool, error) {
	least := make(map[string]*version.Version, len(table))
	for name, text := range table {
		v, err := version.ParseGeneric(text)
		if err != nil {
			return nil, fmt.Errorf("minimum version %q of %s: %w", text, name, err)
		}
		least[name] = v
	}
	return func(d *metav1.PartialObjectMetadata) bool {
		want, named := least[d.Name]
		if !named {
			return true
		}
		have, err := version.ParseGeneric(d.Annotations[annotation])
		return err == nil && have.AtLeast(want)
	}, nil
}

// SelectCRDs returns a filter for [WithCRDFilter] that leaves out definitions that
// ignore names and include does not. Both are names of definitions, separated by
// commas; one that begins with "*." stands for all that end with the rest.
func SelectCRDs(ignore, include string) func(definition *metav1.PartialObjectMetadata) bool {
	ignored, included := namesIn(ignore), namesIn(include)
	return func(d *metav1.PartialObjectMetadata) bool {
		return !matchesAny(ignored, d.Name) || matchesAny(included, d.Name)
	}
}

func namesIn(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func matchesAny(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		suffix, isSuffix := strings.CutPrefix(n, "*")
		return n == name || isSuffix && strings.HasPrefix(suffix, ".") && strings.HasSuffix(name, suffix)
	})
}

// crdClient is the client as the informer of definitions sees it: the only type that it
// knows is theirs.
type crdClient struct {
	*client
	registry *types.Registry
}

func (c crdClient) Types() *types.Registry { return c.registry }

// CacheDefaults are not for definitions, which nobody reads but their watcher.
func (c crdClient) CacheDefaults() kubetypes.CacheDefaults { return kubetypes.CacheDefaults{} }

func newCRDWatcher(c *client) (*crd.Watcher, error) {
	registry := types.FromScheme(nil, nil)
	if err := registry.Register(crd.Registration()); err != nil {
		return nil, err
	}
	info, err := registry.ForType(reflect.TypeFor[*crd.Definition]())
	if err != nil {
		return nil, err
	}
	config, err := source.ConfigFor(crdClient{c, registry}, info.GVR, kubetypes.InformerOptions{ObjectTransform: crd.Trim})
	if err != nil {
		return nil, err
	}
	server, err := c.rest.get(info)
	if err != nil {
		return nil, err
	}
	return crd.New(crd.Config{
		Definitions: informer.New(config),
		Resource:    info.GVR,
		Served: func(ctx context.Context, gvr schema.GroupVersionResource) (bool, error) {
			return serves(ctx, server, gvr)
		},
		Filters: c.options.crdFilters,
		Logger:  config.Logger,
	}), nil
}

// serves asks the API server whether it serves a resource.
func serves(ctx context.Context, server rest.Interface, gvr schema.GroupVersionResource) (bool, error) {
	body, err := server.Get().AbsPath(source.APIPath(gvr.GroupVersion()), gvr.Group, gvr.Version).Do(ctx).Raw()
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("resources of %s: %w", gvr.GroupVersion(), err)
	}
	var list metav1.APIResourceList
	if err := json.Unmarshal(body, &list); err != nil {
		return false, fmt.Errorf("resources of %s: %w", gvr.GroupVersion(), err)
	}
	return slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == gvr.Resource }), nil
}
