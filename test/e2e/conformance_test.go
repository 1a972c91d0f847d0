// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/krtkit/krtkit/kube/kubefake/conformancetest"
)

// TestAPIServer_conforms shows that what kubefake is tested for is what the real
// server does.
func TestAPIServer_conforms(t *testing.T) {
	conformancetest.Run(t, startServer(t).RESTConfig())
}
