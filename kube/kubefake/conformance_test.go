// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"testing"

	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubefake/conformancetest"
)

// Defects C.4 row 27.
func TestTransport_conforms(t *testing.T) {
	server := kubefake.NewServer()
	t.Cleanup(server.Close)
	conformancetest.Run(t, server.RESTConfig())
}

func TestListen_conforms(t *testing.T) {
	server := kubefake.NewServer()
	t.Cleanup(server.Close)
	addr, err := server.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	conformancetest.Run(t, &rest.Config{Host: "http://" + addr, QPS: -1})
}
