// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"fmt"
	"net/http"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/flowcontrol"

	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/types"
)

// The rate limits of a client whose configuration names none. Servers protect
// themselves with priority and fairness; client-go's 5 and 10 make starts slow.
const (
	defaultQPS   = 80
	defaultBurst = 160
)

// withSharedLimiter returns a copy of the configuration with a rate limiter, unless
// there is to be none. A configuration without one makes client-go give each
// client a limiter of its own.
func withSharedLimiter(config *rest.Config) *rest.Config {
	own := rest.CopyConfig(config)
	if own.UserAgent == "" {
		own.UserAgent = UserAgent()
	}
	if own.RateLimiter != nil {
		return own
	}
	if own.QPS == 0 {
		own.QPS = defaultQPS
	}
	if own.Burst == 0 {
		own.Burst = max(defaultBurst, int(2*own.QPS))
	}
	if own.QPS > 0 {
		own.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(own.QPS, own.Burst)
	}
	return own
}

// restClients makes REST clients for groups and versions, all on one transport and
// one rate limiter.
type restClients struct {
	config *rest.Config
	http   *http.Client

	mu      sync.Mutex
	codecs  map[*runtime.Scheme]serializer.CodecFactory
	clients map[restClientKey]rest.Interface
}

type restClientKey struct {
	version  schema.GroupVersion
	scheme   *runtime.Scheme
	protobuf bool
}

func newRESTClients(config *rest.Config, httpClient *http.Client) *restClients {
	return &restClients{
		config:  config,
		http:    httpClient,
		codecs:  map[*runtime.Scheme]serializer.CodecFactory{},
		clients: map[restClientKey]rest.Interface{},
	}
}

func (r *restClients) get(info types.Info) (rest.Interface, error) {
	if info.Scheme() == nil {
		return nil, fmt.Errorf("REST client of %q: not a type of a registry", info.GVK)
	}
	k := restClientKey{version: info.GVK.GroupVersion(), scheme: info.Scheme(), protobuf: source.WantsProtobuf(r.config, info)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.clients[k]; ok {
		return c, nil
	}
	codecs, ok := r.codecs[k.scheme]
	if !ok {
		codecs = serializer.NewCodecFactory(k.scheme)
		r.codecs[k.scheme] = codecs
	}
	config := source.RESTConfig(r.config, info, codecs.WithoutConversion())
	c, err := rest.RESTClientForConfigAndClient(config, r.http)
	if err != nil {
		return nil, fmt.Errorf("REST client of %s: %w", k.version, err)
	}
	r.clients[k] = c
	return c, nil
}
