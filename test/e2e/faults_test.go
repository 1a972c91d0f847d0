// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/krtkit/krtkit/test/apiserver"
)

// TestKClient_losesNothingToAnOutage changes objects while an informer is cut off, in
// more steps than the server's watch cache can tell it about afterwards, while the server
// turns it away, and while the server is down. Each time the cache is what a fresh list
// is in the end, and what a handler was told adds up to that.
func TestKClient_losesNothingToAnOutage(t *testing.T) {
	server := startServer(t)
	for _, outage := range []struct {
		name       string
		begin, end func(*testing.T, *connection, *changing)
	}{
		{"none", nothing, nothing},
		{"the connection is cut", breakWith(unreachable), breakWith(nil)},
		{"connections are refused", breakWith(refuseConnections), breakWith(nil)},
		{"every request is one too many", breakWith(tooManyRequests), breakWith(nil)},
		{"the server crashes", breakWith(unreachable), func(t *testing.T, way *connection, informer *changing) {
			t.Helper()
			crash(t, server)
			informer.change(t, 1)
			way.breakWith(nil)
		}},
		{"watches break all the time", nothing, func(t *testing.T, way *connection, informer *changing) {
			t.Helper()
			for range 50 {
				informer.change(t, 1)
				way.breakWith(nil)
			}
		}},
	} {
		// An informer of its own, which has nothing of the outage before behind it.
		t.Run(outage.name, func(t *testing.T) {
			config := server.RESTConfig()
			way := connect(config)
			defer way.breakWith(unreachable)
			informer := follow(t, server, config)
			outage.begin(t, way, informer)
			informer.change(t, 300)
			outage.end(t, way, informer)
			informer.check(t, "after it")
		})
	}
}

func nothing(*testing.T, *connection, *changing) {}

func breakWith(answer func(*http.Request) (*http.Response, error)) func(*testing.T, *connection, *changing) {
	return func(_ *testing.T, way *connection, _ *changing) { way.breakWith(answer) }
}

// What the API server says of a watch from a resource version that is too old.
const (
	// saysWatchCache is what it says when its own memory does not go back so far.
	saysWatchCache = "too old resource version"
	// saysEtcd is what it says when etcd has compacted it away.
	saysEtcd = "The resourceVersion for the provided watch is too old."
)

// TestKClient_losesNothingToCompaction has etcd forget what changed while an informer was
// cut off. Its watch cannot go on then: the server answers 410 Expired. Here that is the
// answer of a server that has started anew and knows nothing else than etcd does.
func TestKClient_losesNothingToCompaction(t *testing.T) {
	server := startServer(t)
	config := server.RESTConfig()
	way := connect(config, saysWatchCache, saysEtcd)
	defer way.breakWith(refuseConnections)
	informer := follow(t, server, config)
	informer.change(t, 100)
	informer.check(t, "before")

	way.breakWith(refuseConnections)
	informer.change(t, 300)
	compact(t, server)
	crash(t, server)
	informer.change(t, 20)
	way.breakWith(nil)
	informer.check(t, "compacted and crashed")
	if way.heard(saysWatchCache)+way.heard(saysEtcd) == 0 {
		t.Error("no watch has expired: this test shows nothing")
	}
}

// TestKClient_losesNothingToCompactionWithoutWatchCache is the same where every watch is
// one of etcd: there, compaction alone makes a watch expire, and so it happens again and
// again.
func TestKClient_losesNothingToCompactionWithoutWatchCache(t *testing.T) {
	server := startServer(t, apiserver.WithFlags("--watch-cache-sizes=configmaps#0"))
	config := server.RESTConfig()
	way := connect(config, saysWatchCache, saysEtcd)
	defer way.breakWith(refuseConnections)
	informer := follow(t, server, config)
	informer.change(t, 100)
	informer.check(t, "before")

	for round := range 4 {
		when := fmt.Sprint("compacted, round ", round)
		expired := way.heard(saysEtcd)
		way.breakWith(refuseConnections)
		informer.change(t, 100)
		compact(t, server)
		informer.change(t, 20)
		way.breakWith(nil)
		informer.check(t, when)
		if way.heard(saysEtcd) == expired {
			t.Errorf("%s: no watch has expired: this test shows nothing", when)
		}
		// A watch that is cut before it brought anything is not resumed.
		informer.change(t, 1)
		informer.check(t, when+", and on")
	}
}

func crash(t *testing.T, server *apiserver.Server) {
	t.Helper()
	server.Kill()
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, server *apiserver.Server) {
	t.Helper()
	if _, err := server.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
}
