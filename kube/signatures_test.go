// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/cluster"
)

// What follows compiles if code that was written for Istio's package of this name
// does. Clientsets, setters of a client and Istio's own helpers are not here.
var (
	_ interface {
		Dynamic() dynamic.Interface
		Metadata() metadata.Interface
		Informers() informerfactory.InformerFactory
		CrdWatcher() kubetypes.CrdWatcher
		ObjectFilter() kubetypes.DynamicObjectFilter
		RunAndWait(stop <-chan struct{}) bool
		WaitForCacheSync(name string, stop <-chan struct{}, cacheSyncs ...cache.InformerSynced) bool
		GetKubernetesVersion() (*version.Info, error)
		Shutdown()
		ClusterID() cluster.ID
	} = kube.Client(nil)
	_ func(kube.Client) *rest.Config = kube.Client.RESTConfig
	_ kube.Client                    = wrapper{}
	_ kube.Client                    = (*kubefake.Client)(nil)

	_ func(clientcmd.ClientConfig, cluster.ID) (kube.Client, error)                    = kube.NewClient
	_ func(*rest.Config) clientcmd.ClientConfig                                        = kube.NewClientConfigForRestConfig
	_ func(string, <-chan struct{}, ...cache.InformerSynced) bool                      = kube.WaitForCacheSync
	_ func(kube.Client, uint) bool                                                     = kube.IsAtLeastVersion
	_ func(kube.Client, uint) bool                                                     = kube.IsLessThanVersion
	_ func(*version.Info, uint, bool) bool                                             = kube.IsKubeAtLeastOrLessThanVersion
	_ func(kube.Client) int                                                            = kube.GetVersionAsInt
	_ func(string, string) (*rest.Config, error)                                       = kube.BuildClientConfig
	_ func(string, string, ...func(*clientcmd.ConfigOverrides)) clientcmd.ClientConfig = kube.BuildClientCmd
	_ func(string) *clientcmd.ClientConfigLoadingRules                                 = kube.ConfigLoadingRules
	_ func(string, string, ...func(*rest.Config)) (*rest.Config, error)                = kube.DefaultRestConfig
	_ func(...func(*rest.Config)) (*rest.Config, error)                                = kube.InClusterConfig
	_ func(*rest.Config) *rest.Config                                                  = kube.SetRestDefaults
	_ func([]byte, ...func(*rest.Config)) (*rest.Config, error)                        = kube.NewUntrustedRestConfig
	_ func(*http.Request) ([]byte, error)                                              = kube.HTTPConfigReader
	_ int64                                                                            = kube.MaxRequestBodyBytes
	_ kube.Syncer                                                                      = interface{ HasSynced() bool }(nil)
	_ func([]kube.Syncer) bool                                                         = kube.AllSynced[kube.Syncer]
	_ func(*corev1.Pod) *corev1.Pod                                                    = kube.EnsureTypeMeta[*corev1.Pod]
	_ func(any) (any, error)                                                           = kube.StripPodUnusedFields
	_ func(any) (any, error)                                                           = kube.StripNodeUnusedFields
)

// wrapper is a program's own client.
type wrapper struct {
	kube.Client

	_ string
}
