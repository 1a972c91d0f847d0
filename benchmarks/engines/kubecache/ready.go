// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/krtkit/krtkit/benchmarks/scenario"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// The numbers of Ready.
const (
	// Slowest is how long the slowest list took, from its request to its last byte, in nanoseconds.
	Slowest = "slowest"
	// Requests is how many requests there were.
	Requests = "requests"
)

// podsPerInformer is how much each of the informers of Ready has to read.
const podsPerInformer = 5

// newReady makes an informer for each of so many namespaces and waits until all are ready.
func (c contender) newReady(informers int, delay time.Duration) scenario.Case {
	var all []string
	for i := range informers {
		all = append(all, fmt.Sprint("namespace-", i))
	}
	s := kubefake.NewServer(objects(informers*podsPerInformer, func(i int) *corev1.Pod {
		p := smallPod(i, 0)
		p.Namespace = all[i%informers]
		return p
	})...)
	var last Cache
	var way *slowWay
	end := func() {
		if last != nil {
			last.Close()
			last = nil
		}
	}
	return scenario.Case{
		Do: func(n int) time.Duration {
			var took time.Duration
			for range n {
				end()
				config := s.RESTConfig()
				way = &slowWay{to: config.Transport, delay: delay}
				config.Transport = way
				last = c.open(config, want{namespaces: all})
				begin := time.Now()
				last.Run()
				took += time.Since(begin)
				way.stop()
			}
			return took / time.Duration(n)
		},
		Numbers: func() map[string]float64 {
			slowest, requests := way.seen()
			return map[string]float64{Slowest: float64(slowest), Requests: float64(requests)}
		},
		Content: func() []scenario.Object { return last.Content() },
		Close: func() {
			end()
			s.Close()
		},
	}
}

// slowWay is a transport that takes its time before each request. It notes how long lists take, whether they are lists or
// the beginning of a watch.
type slowWay struct {
	to    http.RoundTripper
	delay time.Duration

	mu       sync.Mutex
	stopped  bool
	requests int
	slowest  time.Duration
}

// RoundTrip implements [http.RoundTripper].
func (w *slowWay) RoundTrip(req *http.Request) (*http.Response, error) {
	begin := time.Now()
	w.note(func() { w.requests++ })
	if w.delay > 0 {
		wait := time.NewTimer(w.delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	resp, err := w.to.RoundTrip(req)
	query := req.URL.Query()
	watches, _ := strconv.ParseBool(query.Get("watch"))
	lists, _ := strconv.ParseBool(query.Get("sendInitialEvents"))
	if err == nil && (lists || !watches) {
		resp.Body = &timedBody{ReadCloser: resp.Body, way: w, begin: begin}
	}
	return resp, err
}

// note changes what was seen, until it is stopped.
func (w *slowWay) note(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		change()
	}
}

func (w *slowWay) stop() { w.note(func() { w.stopped = true }) }

func (w *slowWay) seen() (slowest time.Duration, requests int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.slowest, w.requests
}

type timedBody struct {
	io.ReadCloser
	way   *slowWay
	begin time.Time
}

// Read implements [io.Reader].
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		took := time.Since(b.begin)
		b.way.note(func() { b.way.slowest = max(b.way.slowest, took) })
	}
	return n, err
}
