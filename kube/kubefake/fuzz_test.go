// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// FuzzRequest sends any request to a server that has objects of all sorts. A panic of the server's is answered with a
// status and logged, so that is what it looks for.
func FuzzRequest(f *testing.F) {
	const (
		pods    = "/api/v1/namespaces/default/pods"
		jsonObj = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"containers":[{"name":"a"}]}}`
		crd     = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{"plural":"widgets","kind":"Widget"},"versions":[{"name":"v1","served":true,"storage":true}]}}`
	)
	for _, seed := range []struct{ method, path, query, content, accept, body string }{
		{"GET", "/", "", "", "", ""},
		{"GET", "/apis", "", "", "application/json;as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2", ""},
		{"GET", "/openapi/v3/apis/apps/v1", "", "", "", ""},
		{"GET", pods, "limit=1&labelSelector=a%3Db&fieldSelector=spec.nodeName%3Da", "", "application/json;as=Table;g=meta.k8s.io;v=v1", ""},
		{"GET", pods, "continue=eyJydiI6MX0", "", "application/vnd.kubernetes.protobuf", ""},
		{"GET", pods, "watch=true&resourceVersion=1&allowWatchBookmarks=true", "", "", ""},
		{"GET", pods + "/a", "", "", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", ""},
		{"POST", pods, "fieldValidation=Strict&dryRun=All", "application/json", "", jsonObj},
		{"POST", pods, "", "application/vnd.kubernetes.protobuf", "", "k8s\x00\n\t\n\x02v1\x12\x03Pod\x12\x05\n\x03\n\x01b"},
		{"POST", pods + "/a/binding", "", "application/json", "", `{"target":{"name":"n"}}`},
		{"POST", pods + "/a/eviction", "", "application/json", "", `{}`},
		{"PUT", pods + "/a/status", "", "application/yaml", "", "status: {phase: Running}"},
		{"PATCH", pods + "/a", "", "application/json-patch+json", "", `[{"op":"remove","path":"/metadata/name"}]`},
		{"PATCH", pods + "/a", "", "application/merge-patch+json", "", `{"metadata":{"labels":null,"finalizers":["example.com/a"]}}`},
		{"PATCH", pods + "/a", "", "application/strategic-merge-patch+json", "", `{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}`},
		{"PATCH", pods + "/a", "fieldManager=x&force=true", "application/apply-patch+yaml", "", jsonObj},
		{"DELETE", pods + "/a", "propagationPolicy=Foreground", "application/json", "", `{"preconditions":{"uid":"x"}}`},
		{"DELETE", pods, "labelSelector=a", "", "", ""},
		{"DELETE", "/api/v1/namespaces/default", "", "", "", ""},
		{"PUT", "/api/v1/namespaces/shop/finalize", "", "application/json", "", `{"spec":{"finalizers":[]}}`},
		{"POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "", "application/json", "", crd},
		{"POST", "/apis/example.com/v1/things", "", "application/json", "", `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"b"}}`},
		{"PATCH", "/apis/example.com/v1/things/a", "fieldManager=x", "application/apply-patch+yaml", "", `{"apiVersion":"example.com/v1","kind":"Thing","metadata":[]}`},
		{"PATCH", "/apis/example.com/v1/things/a", "", "application/merge-patch+json", "", `{"metadata":null,"status":[1]}`},
		{"POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "", "application/json", "", `null`},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.content, seed.accept, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, method, path, query, content, accept string, body []byte) {
		var logged bytes.Buffer
		previous := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
		defer slog.SetDefault(previous)

		server := kubefake.NewServer(pod("default", "a"), pod("shop", "a"), definition("Thing", "things"), thing("a"))
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req := (&http.Request{
			Method: method, URL: &url.URL{Scheme: "http", Host: "kubefake", Path: path, RawQuery: query},
			Header: http.Header{"Content-Type": {content}, "Accept": {accept}}, Body: io.NopCloser(bytes.NewReader(body)),
		}).WithContext(ctx)
		resp, err := server.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.ContentLength < 0 {
			// A watch goes on until it is ended.
			stop := time.AfterFunc(time.Millisecond, cancel)
			defer stop.Stop()
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil && ctx.Err() == nil {
			t.Errorf("reading the body: %v", err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if logged.Len() > 0 {
			t.Errorf("the server logged: %s", logged.String())
		}
	})
}
