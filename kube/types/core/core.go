// SPDX-License-Identifier: Apache-2.0

package core

import (
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/types"
)

// Types returns all kinds of Kubernetes' own API that have lists, in all versions. The caller
// owns the slice.
func Types() []types.Registration {
	return types.InScheme(scheme.Scheme)
}
