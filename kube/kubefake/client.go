// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
)

// Client is a [kube.Client] on a server of its own.
type Client struct {
	kube.Client
	server *Server
}

// NewClient returns a client on a new server that holds the objects, as [NewServer] does; it panics as that does. Its
// cluster is called "fake". A test ends it in this order, which leaves no goroutine behind: close the stop channel of its
// informers, then Shutdown, then [Client.Close].
func NewClient(objects ...runtime.Object) *Client {
	server := NewServer(objects...)
	client, err := kube.New(server.RESTConfig(), kube.WithClusterID("fake"))
	if err != nil {
		// Nothing in this configuration depends on the caller.
		panic(fmt.Sprintf("kubefake.NewClient: %v", err))
	}
	return &Client{Client: client, server: server}
}

// Server returns the server, for what clients cannot do and for other clients.
func (c *Client) Server() *Server { return c.server }

// Close closes the server.
func (c *Client) Close() { c.server.Close() }
