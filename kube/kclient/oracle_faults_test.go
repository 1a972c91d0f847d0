// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// Defects F row 2 c: while objects change, watches are cut, expire and are slow, the
// server forgets its history, lists and watches fail, and informers end and others take
// their place. In one half of the seeds informers have lists streamed, in the other they
// read them in small pages.
func TestOracle_watchesBreak(t *testing.T) {
	trials(t, 400, 100, func(t *testing.T, random *rand.Rand, iterations int) {
		var wrap func(http.RoundTripper) http.RoundTripper
		if random.IntN(2) == 0 {
			wrap = inPages
		}
		s := newStage(t, wrap, namespaces())
		w := newMapWriter(s)
		f := &faults{server: s.server, resources: []string{"configmaps"}}
		for range 2 {
			s.watch(func(random *rand.Rand) view { return openMaps(s, random) })
		}
		s.run()
		for i := range iterations {
			s.round(random, w.write, f.change)
			switch random.IntN(4) {
			case 0:
				synctest.Wait()
			case 1:
				time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond) // of the bubble
			}
			if random.IntN(10) == 0 || i == iterations-1 {
				f.end()
				s.settled(w.mark(), func(o *observer) { o.check(t, w.live()) })
			}
			if random.IntN(30) == 0 {
				s.restart()
			}
			if t.Failed() {
				break
			}
		}
		if random.IntN(2) == 0 {
			s.abandon("configmaps")
		}
		s.end(random, func() { w.put("x", "a", "red") }, w.write, f.change)
		f.end()
	})
}

// faults are what goes wrong with lists and watches. One goroutine at a time uses them.
type faults struct {
	server    *kubefake.Server
	resources []string
	active    []*kubefake.Fault
}

// requests are those with one of the verbs for one of the resources.
func (f *faults) requests(verbs ...string) kubefake.Match {
	return kubefake.Match{Func: func(r kubefake.Request) bool {
		return slices.Contains(f.resources, r.Resource.Resource) && slices.Contains(verbs, r.Verb)
	}}
}

func (f *faults) end() {
	for _, fault := range f.active {
		fault.Stop()
	}
	f.active = nil
}

// change lets something else go wrong.
func (f *faults) change(random *rand.Rand) {
	if len(f.active) > 3 {
		f.end()
	}
	lists, watches, both := f.requests("list"), f.requests("watch"), f.requests("list", "watch")
	few := 1 + random.IntN(3)
	add := func(fault *kubefake.Fault) { f.active = append(f.active, fault) }
	switch random.IntN(16) {
	case 0:
		add(f.server.CutWatchesEvery(few, watches))
	case 1:
		add(f.server.ExpireWatchesEvery(few, watches))
	case 2:
		add(f.server.SlowWatches(watches, time.Duration(random.IntN(1000))*time.Millisecond))
	case 3:
		add(f.server.FailNext(few, both, apierrors.NewTooManyRequests("on purpose", random.IntN(3))))
	case 4:
		add(f.server.FailNext(few, both, apierrors.NewInternalError(errors.New("on purpose"))))
	case 5:
		add(f.server.FailNext(few, both, apierrors.NewResourceExpired("on purpose")))
	case 6:
		add(f.server.FailNext(few, both, io.ErrUnexpectedEOF))
	case 7:
		add(f.server.LoseNext(few, both))
	case 8:
		add(f.server.Delay(lists, time.Duration(random.IntN(1000))*time.Millisecond))
	case 9:
		f.server.CutWatches(watches)
	case 10:
		f.server.ExpireWatches(watches)
	case 11:
		f.server.Compact()
	}
}

// inPages has lists read in pages of two objects: informers ask for a stream first, and
// then for pages that are large.
func inPages(next http.RoundTripper) http.RoundTripper { return pages{next} }

type pages struct{ next http.RoundTripper }

func (p pages) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	switch {
	case query.Has("sendInitialEvents"):
		const body = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422,"message":"no streams"}`
		return &http.Response{
			StatusCode: http.StatusUnprocessableEntity, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: request,
		}, nil
	case query.Has("limit"):
		query.Set("limit", "2")
		request = request.Clone(request.Context())
		request.URL.RawQuery = query.Encode()
	}
	return p.next.RoundTrip(request)
}
