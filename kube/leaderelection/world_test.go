// SPDX-License-Identifier: Apache-2.0

package leaderelection_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/leaderelection"
	"github.com/krtkit/krtkit/kube/types"
)

// The times that candidates have by default.
const (
	ttl       = 30 * time.Second
	deadline  = ttl / 2
	pollEvery = ttl / 4
)

var errDropped = errors.New("dropped by the test")

// network is the way of one candidate to the server.
type network struct {
	inner http.RoundTripper

	mu       sync.Mutex
	fault    func(r *http.Request) fault // nil for none
	requests int
}

// fault is what happens to a request.
type fault struct {
	before, after time.Duration // delays
	lost          bool          // the request does not arrive
	unanswered    bool          // its answer does not
	deaf          bool          // nobody looks at its context
	status        int           // the answer, if not zero
}

func (n *network) set(f func(r *http.Request) fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = f
}

func (n *network) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.requests++
	f := fault{}
	if n.fault != nil {
		f = n.fault(r)
	}
	n.mu.Unlock()
	if err := pause(r, f.before, f.deaf); err != nil {
		return nil, err
	}
	if f.lost {
		return nil, errDropped
	}
	if f.status != 0 {
		return &http.Response{StatusCode: f.status, Body: io.NopCloser(strings.NewReader("no")), Request: r}, nil
	}
	// What has arrived is done, whoever waits for it.
	response, err := n.inner.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if err == nil && f.unanswered {
		err = errDropped
	}
	if err == nil {
		err = pause(r, f.after, f.deaf)
	}
	if err != nil && response != nil {
		response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

func pause(r *http.Request, d time.Duration, isDeaf bool) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if isDeaf {
		<-timer.C
		return nil
	}
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// world is a server, candidates for one Lease on it, and a record of who leads.
type world struct {
	t      *testing.T
	server *kubefake.Server

	mu      sync.Mutex
	leading []string // whose stop channels are open
	running int      // functions that have not returned
	history []string
	terms   []int32
	crowds  int // times at which more than one led
	overlap int // times at which more than one function ran
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, server: kubefake.NewServer(shop())}
}

// participant is a candidate and its network.
type participant struct {
	*leaderelection.LeaderElection
	network *network
	stop    chan struct{}
	ended   chan struct{}
	client  kube.Client
}

// candidate runs a candidate whose function returns some time after its stop.
func (w *world) candidate(name string, takes time.Duration, opts ...leaderelection.Option) *participant {
	w.t.Helper()
	p := w.newCandidate(name, "", opts...)
	p.AddRunFunction(func(stop <-chan struct{}) { w.lead(p, name, stop, takes) })
	p.run()
	return p
}

func (w *world) newCandidate(name, revision string, opts ...leaderelection.Option) *participant {
	w.t.Helper()
	config := w.server.RESTConfig()
	n := &network{inner: config.Transport}
	config.Transport = n
	client, err := kube.New(config, kube.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		w.t.Fatal(err)
	}
	return &participant{
		LeaderElection: leaderelection.NewLeaderElection("shop", name, "election", revision, client, opts...),
		network:        n, stop: make(chan struct{}), ended: make(chan struct{}), client: client,
	}
}

func (p *participant) run() {
	go func() {
		defer close(p.ended)
		p.Run(p.stop)
	}()
}

func (p *participant) end() {
	close(p.stop)
	<-p.ended
}

// lead is a run function. It notes who leads from its start until its stop.
func (w *world) lead(p *participant, name string, stop <-chan struct{}, takes time.Duration) {
	term, _ := p.Term()
	w.mu.Lock()
	w.leading = append(w.leading, name)
	w.running++
	w.history = append(w.history, name)
	w.terms = append(w.terms, term)
	if len(w.leading) > 1 {
		w.crowds++
	}
	if w.running > 1 {
		w.overlap++
	}
	w.mu.Unlock()
	<-stop
	w.mu.Lock()
	for i, n := range w.leading {
		if n == name {
			w.leading = append(w.leading[:i:i], w.leading[i+1:]...)
			break
		}
	}
	w.mu.Unlock()
	time.Sleep(takes)
	w.mu.Lock()
	w.running--
	w.mu.Unlock()
}

// leader returns who leads, all of them if there are several.
func (w *world) leader() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.leading, " ")
}

// past returns who has led, in order.
func (w *world) past() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.history, " ")
}

// check fails the test if there was more than one leader at a time.
func (w *world) check() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.crowds > 0 {
		w.t.Errorf("%d times there were several leaders at once: %v", w.crowds, w.history)
	}
	if w.overlap > 0 {
		w.t.Errorf("%d times functions ran at once: %v", w.overlap, w.history)
	}
	for i := 1; i < len(w.terms); i++ {
		if w.terms[i] <= w.terms[i-1] {
			w.t.Errorf("terms are numbered %v, want ascending numbers", w.terms)
			return
		}
	}
}

// leases returns a writer of Leases without faults.
func (w *world) leases() kclient.Writer[*coordinationv1.Lease] {
	w.t.Helper()
	client, err := kube.New(w.server.RESTConfig())
	if err != nil {
		w.t.Fatal(err)
	}
	return kclient.NewWriteClient[*coordinationv1.Lease](client)
}

// lease returns the Lease as it is, nil if there is none.
func (w *world) lease() *coordinationv1.Lease {
	w.t.Helper()
	client, err := kube.New(w.server.RESTConfig())
	if err != nil {
		w.t.Fatal(err)
	}
	info, err := client.Types().ForType(reflect.TypeFor[*coordinationv1.Lease]())
	if err != nil {
		w.t.Fatal(err)
	}
	return get(w.t, client, info)
}

func get(t *testing.T, client kube.Client, info types.Info) *coordinationv1.Lease {
	t.Helper()
	c, err := client.RESTClient(info)
	if err != nil {
		t.Fatal(err)
	}
	lease := &coordinationv1.Lease{}
	if err := c.Get().Namespace("shop").Resource("leases").Name("election").
		VersionedParams(&metav1.GetOptions{}, metav1.ParameterCodec).Do(t.Context()).Into(lease); err != nil {
		return nil
	}
	return lease
}

func shop() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
}
