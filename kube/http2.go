// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"errors"
	"net"
	"net/http"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
)

// WithHTTP2Health has a connection that was silent for idle asked whether it is alive,
// and given up if there is no answer within timeout. The default is client-go's, 30
// and 15 seconds: for so long, requests and watches of a server that has gone without
// a word wait for it. It gives the client connections of its own. Where HTTP/2 is not
// spoken it changes nothing.
//
// [New] returns an error if the configuration has a transport: that has its own
// settings.
func WithHTTP2Health(idle, timeout time.Duration) Option {
	return func(o *options) { o.pingAfter, o.pingTimeout = idle, timeout }
}

var (
	errHasTransport = errors.New("HTTP/2 health checks: the configuration has a transport, which has its own settings")
	errNoTransport  = errors.New("HTTP/2 health checks: client-go's transport is not one of net/http's any more")
)

// withHealthChecks changes the configuration so that connections are checked as the
// options say. The function that it returns tells, when a client was made, whether
// they are.
func (o options) withHealthChecks(config *rest.Config) func() error {
	if o.pingAfter == 0 {
		return func() error { return nil }
	}
	if config.Transport != nil {
		return func() error { return errHasTransport }
	}
	if config.Dial == nil {
		// A configuration with a dialer does not share its transport with others. This
		// is what client-go dials with.
		config.Dial = (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	err := errNoTransport
	config.WrapTransport = transport.Wrappers(func(rt http.RoundTripper) http.RoundTripper {
		if t := innermost(rt); t != nil {
			// It was not used yet, and looks at this when it makes a connection.
			t.HTTP2 = &http.HTTP2Config{SendPingTimeout: o.pingAfter, PingTimeout: o.pingTimeout}
			err = nil
		}
		return rt
	}, config.WrapTransport)
	return func() error { return err }
}

// innermost returns the transport that client-go has wrapped, for instance in one that
// follows changes of certificates; nil if there is none.
func innermost(rt http.RoundTripper) *http.Transport {
	for {
		switch inner := rt.(type) {
		case *http.Transport:
			return inner
		case interface{ WrappedRoundTripper() http.RoundTripper }:
			rt = inner.WrappedRoundTripper()
		default:
			return nil
		}
	}
}
