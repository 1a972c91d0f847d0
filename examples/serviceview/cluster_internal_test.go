// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// cluster serves an API that refuses some requests, and returns a kubeconfig for it.
// It counts the requests that would change something.
func cluster(t *testing.T, refuses func(*http.Request) bool) (server *kubefake.Server, kubeconfig string, writes *atomic.Int32) {
	t.Helper()
	server = kubefake.NewServer(&corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "mail", Namespace: "shop"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "example.com"},
	})
	writes = new(atomic.Int32)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			writes.Add(1)
		}
		if refuses(r) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"not for you"}`)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.Close() // ends watches, for which web would wait
		web.Close()
	})
	return server, kubeconfigFor(t, web.URL), writes
}

func kubeconfigFor(t *testing.T, url string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	write(t, path, `apiVersion: v1
kind: Config
current-context: main
contexts: [{name: main, context: {cluster: main}}]
clusters: [{name: main, cluster: {server: "`+url+`"}}]
`)
	return path
}

func nothing(*http.Request) bool { return false }

func TestRun_showsAClusterAndOnlyReadsIt(t *testing.T) {
	server, kubeconfig, writes := cluster(t, nothing)
	s := start(t, "-kubeconfig", kubeconfig, "-context", "main")
	s.out.until("1 service: 1 fine\n")
	s.err.until("Ctrl-C ends it.")
	if err := server.Put(&corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "mail", Namespace: "shop"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "example.org"},
	}); err != nil {
		t.Fatal(err)
	}
	s.out.until("external name: example.com → example.org\n    because Service shop/mail changed\n")
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if n := writes.Load(); n > 0 {
		t.Errorf("%d requests were not GET", n)
	}
}

func TestRun_saysWhichRightsAreMissing(t *testing.T) {
	_, kubeconfig, _ := cluster(t, func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/pods") || strings.HasSuffix(r.URL.Path, "/deployments") && r.URL.Query().Has("watch")
	})
	code, stdout, stderr := once(t, "-once", "-kubeconfig", kubeconfig)
	if code != exitError || stdout != "" {
		t.Errorf("exit code %d, want %d; stdout %q", code, exitError, stdout)
	}
	for _, want := range []string{"\n  list pods: not for you\n", "\n  watch deployments.apps: not for you\n", "kind: ClusterRole"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in:\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, "services: ") {
		t.Errorf("complains about services:\n%s", stderr)
	}
}

func TestRun_theRoleThatItAsksForIsTheOneInTheReadme(t *testing.T) {
	if got := readme(t, "```yaml"); got != roleText+"\n" {
		t.Errorf("got:\n%s\nwant:\n%s", got, roleText)
	}
}

func TestRun_clusterThatDoesNotAnswer(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	kubeconfig := kubeconfigFor(t, web.URL)
	web.Close()
	code, _, stderr := once(t, "-once", "-kubeconfig", kubeconfig)
	if code != exitError || !strings.Contains(stderr, "list services at "+web.URL) {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, exitError, stderr)
	}
}

func TestRun_endsWhileTheClusterIsRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, kubeconfig, _ := cluster(t, func(*http.Request) bool { cancel(); return false })
	code := run(ctx, []string{"-kubeconfig", kubeconfig}, output{Out: newStream(), Err: newStream(), Now: noon})
	if code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}
