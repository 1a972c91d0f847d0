// SPDX-License-Identifier: Apache-2.0

package informerfactory_test

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/informerfactory"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// What follows compiles if code that was written for Istio's package of this name
// does.
var (
	_ informerfactory.NewInformerFunc                          = func() cache.SharedIndexInformer { return nil }
	_                                                          = informerfactory.StartableInformer{Informer: cache.SharedIndexInformer(nil)}
	_ func(informerfactory.StartableInformer, <-chan struct{}) = informerfactory.StartableInformer.Start
	_ func() informerfactory.InformerFactory                   = informerfactory.NewSharedInformerFactory
	_ interface {
		Start(stopCh <-chan struct{})
		InformerFor(
			resource schema.GroupVersionResource, opts kubetypes.InformerOptions, newFunc informerfactory.NewInformerFunc,
		) informerfactory.StartableInformer
		WaitForCacheSync(stopCh <-chan struct{}) bool
		Shutdown()
	} = informerfactory.InformerFactory(nil)
)
